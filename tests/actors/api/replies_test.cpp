#include "actors/api/replies.hpp"

#include "actors/api/access.hpp"

#include <string>

#include <doctest/doctest.h>

namespace copal::api {
namespace {

const keys::key_ring ring{secret{"g"},
  {{app_id{1}, service_name{"web"}, secret{"k1"}}, {app_id{2}, service_name{"web"}, secret{"k2"}}}};

std::string body_of(const reply& x) {
  const auto* text = std::get_if<std::string>(&x.body);
  return text != nullptr ? *text : debug_string(std::get<value>(x.body));
}

TEST_SUITE("api") {
  TEST_CASE("access: a key opens its scope, and nothing else opens anything") {
    CHECK(scope_of(ring, secret{"g"}) == scope{});
    CHECK(scope_of(ring, secret{"k1"}) == scope{app_id{1}});
    CHECK(scope_of(ring, secret{"k2"}) == scope{app_id{2}});
    for (const auto* wrong : {"", "k", "k3", "k11", "G", "gg"})
      CHECK_FALSE(scope_of(ring, secret{wrong}));
    CHECK_FALSE(scope_of({}, secret{}));
    CHECK_FALSE(scope_of({}, secret{"g"}));
    CHECK(scope{}.holds(app_id{7}));
    CHECK(scope{app_id{7}}.holds(app_id{7}));
    CHECK_FALSE(scope{app_id{7}}.holds(app_id{8}));
  }

  TEST_CASE("replies: the kinds of the specification") {
    const struct {
      reply is;
      int status;
      body_form form;
      std::string body;
    } rows[] = {
      {status_reply(200), 200, body_form::plain, "OK"},
      {status_reply(202), 202, body_form::plain, "Accepted"},
      {status_reply(204), 204, body_form::none, ""},
      {status_reply(401), 401, body_form::plain, "Unauthorized"},
      {status_reply(500), 500, body_form::plain, "Internal Server Error"},
      {text_reply(200, "OK"), 200, body_form::html, "OK"},
      {failure_reply(423, "it is locked"),
        423,
        body_form::json,
        debug_string(value::map({{"status", "failed"}, {"message", "it is locked"}}))},
      {failure_reply(503, ""),
        503,
        body_form::json,
        debug_string(value::map({{"status", "failed"}, {"message", "Unknown error"}}))},
      {success_reply({{"version", "1"}}),
        200,
        body_form::json,
        debug_string(value::map({{"status", "success"}, {"version", "1"}}))},
    };
    for (const auto& row : rows) {
      CAPTURE(row.body);
      CHECK(row.is.status == row.status);
      CHECK(row.is.form == row.form);
      CHECK(body_of(row.is) == row.body);
    }
  }

  TEST_CASE("replies: a path that is not there is told without running what it holds") {
    const auto got = not_found_reply("GET", "/<script>\"'&");
    CHECK(got.status == 404);
    CHECK(got.form == body_form::html);
    CHECK(body_of(got).find("Cannot GET /&lt;script&gt;&quot;&#39;&amp;") != std::string::npos);
    CHECK(body_of(got).find("<script>") == std::string::npos);
    CHECK(got.headers.size() == 2);
  }

  TEST_CASE("replies: what counts as true") {
    for (const auto& yes :
      {value{true}, value{1}, value{"1"}, value{"true"}, value{"TRUE"}, value{"On"}})
      CHECK(is_truthy(&yes));
    for (const auto& no : {value{},
           value{false},
           value{0},
           value{2},
           value{""},
           value{"yes"},
           value{"false"},
           value{1.0},
           value::list({true}),
           value::map({})})
      CHECK_FALSE(is_truthy(&no));
    CHECK_FALSE(is_truthy(nullptr));
  }
}

} // namespace
} // namespace copal::api
