#include "adapters/web/request.hpp"

#include "adapters/web/answer.hpp"
#include "adapters/web/kept.hpp"

#include <string>

#include <doctest/doctest.h>

namespace copal::web {
namespace {

std::string told(const std::vector<api::field>& fields) {
  std::string out;
  for (const auto& f : fields)
    out += (out.empty() ? "" : " ") + f.name + "=" + f.text;
  return out;
}

TEST_SUITE("web") {
  TEST_CASE("request: paths and queries") {
    const struct {
      const char* target;
      const char* path;
      const char* query;
    } rows[] = {
      {"/ping", "/ping", ""},
      {"/ping?", "/ping", ""},
      {"/%70ing/?a=1", "/%70ing/", "a=1"},
      {"/x?a=1&b=two%20words&c=+&d", "/x", "a=1 b=two words c=  d="},
      {"/x?&&a==b&", "/x", "a==b"},
      {"/x?a=%zz%4&b=%41", "/x", "a=%zz%4 b=A"},
      {"/x?a=1#b=2", "/x", "a=1"},
      {"http://host:1/x?a=1", "/x", "a=1"},
      {"HTTP://host", "/", ""},
      {"http://", "http://", ""},
      {"*", "*", ""},
      {"", "", ""},
    };
    for (const auto& row : rows) {
      CAPTURE(row.target);
      const auto got = read_target(row.target);
      CHECK(got.path == row.path);
      CHECK(told(got.query) == row.query);
    }
    std::string many = "/x?";
    for (auto i = 0; i < 2000; ++i)
      many += "a&";
    CHECK(read_target(many).query.size() == 1000);
  }

  TEST_CASE("request: keys in headers") {
    const struct {
      const char* header;
      const char* key;
    } rows[] = {
      {"ApiKey abc_09", "abc_09"},
      {"apikey ABC", "ABC"},
      {"Bearer abc", "abc"},
      {"BEARER abc", "abc"},
      {"Bearer  abc", ""},
      {"Bearer abc ", ""},
      {"Bearer a-b", ""},
      {"Bearer ", ""},
      {"Bearer", ""},
      {"Basic abc", ""},
      {"abc", ""},
      {"", ""},
    };
    for (const auto& row : rows) {
      CAPTURE(row.header);
      CHECK(read_authorization(row.header) == row.key);
    }
  }

  TEST_CASE("request: the query's key counts, unless it is empty or given twice") {
    const struct {
      const char* target;
      const char* key;
      const char* rest;
    } rows[] = {
      {"/x?apikey=q", "q", ""},
      {"/x?a=1&apikey=q&b=2", "q", "a=1 b=2"},
      {"/x?apikey=", "header", ""},
      {"/x?apikey=q&apikey=r", "header", ""},
      {"/x?APIKEY=q", "header", "APIKEY=q"},
      {"/x", "header", ""},
    };
    for (const auto& row : rows) {
      CAPTURE(row.target);
      auto got = read_target(row.target);
      CHECK(take_key(got.query, "Bearer header").reveal() == row.key);
      CHECK(told(got.query) == row.rest);
    }
    std::vector<api::field> none;
    CHECK(take_key(none, "").empty());
  }

  TEST_CASE("request: bodies by their content type") {
    const auto force = value::map({{"force", true}});
    const struct {
      body_text given;
      value body;
      bool problem;
    } rows[] = {
      {{"application/json", "", R"({"force":true})"}, force, false},
      {{"Application/JSON; charset=utf-8", "identity", R"({"force":true})"}, force, false},
      {{"application/json", "", "[true]"}, value::list({true}), false},
      {{"application/json", "", ""}, value::map({}), false},
      {{"application/json", "", "{"}, value::map({}), true},
      {{"application/json", "", "true"}, value::map({}), true},
      {{"application/json", "gzip", "xx"}, value::map({}), true},
      {{"application/x-www-form-urlencoded", "", "force=true"},
        value::map({{"force", "true"}}),
        false},
      {{"text/plain", "", R"({"force":true})"}, value::map({}), false},
      {{"text/plain", "gzip", "xx"}, value::map({}), false},
      {{"", "", R"({"force":true})"}, value::map({}), false},
    };
    for (const auto& row : rows) {
      CAPTURE(row.given.content_type);
      CAPTURE(row.given.bytes);
      const auto got = read_body(row.given);
      CHECK(got.body == row.body);
      CHECK(got.problem.empty() != row.problem);
    }
  }

  TEST_CASE("request: forms nest") {
    const struct {
      const char* text;
      value is;
    } rows[] = {
      {"", value::map({})},
      {"a=1&b=2", value::map({{"a", "1"}, {"b", "2"}})},
      {"a=1&a=2", value::map({{"a", value::list({"1", "2"})}})},
      {"a[]=1&a[]=2", value::map({{"a", value::list({"1", "2"})}})},
      {"a[b]=1&a[c][d]=2",
        value::map({{"a", value::map({{"b", "1"}, {"c", value::map({{"d", "2"}})}})}})},
      {"network[proxy][noProxy][]=10.0.0.0/8",
        value::map({{"network",
          value::map({{"proxy", value::map({{"noProxy", value::list({"10.0.0.0/8"})}})}})}})},
      {"a%5Bb%5D=1", value::map({{"a", value::map({{"b", "1"}})}})},
      {"a=1&a[b]=2", value::map({{"a", value::map({{"b", "2"}})}})},
      {"a[b=1", value::map({{"a[b", "1"}})},
      {"[a]=1", value::map({{"[a]", "1"}})},
      {"=1", value::map({})},
    };
    for (const auto& row : rows) {
      CAPTURE(row.text);
      CAPTURE(debug_string(read_form(row.text)));
      CHECK(read_form(row.text) == row.is);
    }
  }

  TEST_CASE("answer: status line, headers and body") {
    api::reply what;
    what.form = api::body_form::json;
    what.body = value::map({{"a", 1}});
    const auto json = write_reply(what);
    CHECK(json.body == R"({"a":1})");
    CHECK(json.head
          == "HTTP/1.1 200 OK\r\nContent-Type: application/json; charset=utf-8\r\n"
             "Content-Length: 7\r\nETag: "
               + json.etag + "\r\n");
    CHECK(json.etag.starts_with("W/\"7-"));
    what.body = value::map({{"a", 2}});
    CHECK(write_reply(what).etag != json.etag);

    api::reply empty;
    empty.status = 204;
    CHECK(write_reply(empty).head == "HTTP/1.1 204 No Content\r\n");
    CHECK(write_reply(empty).body.empty());

    api::reply text;
    text.status = 404;
    text.form = api::body_form::html;
    text.body = std::string{"x"};
    text.headers = {{"X-Good", "yes"}, {"X-Bad", "a\r\nSet-Cookie: b"}};
    CHECK(write_reply(text).head.find("X-Good: yes\r\n") != std::string::npos);
    CHECK(write_reply(text).head.find("Set-Cookie") == std::string::npos);
    CHECK(write_reply(text).head.find("text/html; charset=utf-8") != std::string::npos);

    what.body = value::map({{"a", "\xff"}});
    CHECK(write_reply(what).status == 503);
    CHECK(failure("\xff").body == R"({"status":"failed","message":"Unknown error"})");
  }

  TEST_CASE("answer: a copy that the caller has is not sent again") {
    const struct {
      freshness said;
      bool fresh;
    } rows[] = {
      {{R"(W/"7-a")", ""}, true},
      {{R"("7-a")", ""}, true},
      {{R"("x", W/"7-a")", ""}, true},
      {{"*", ""}, true},
      {{R"(W/"7-b")", ""}, false},
      {{"", ""}, false},
      {{R"(W/"7-a")", "no-cache"}, false},
    };
    for (const auto& row : rows) {
      CAPTURE(row.said.if_none_match);
      CHECK(is_fresh(row.said, R"(W/"7-a")") == row.fresh);
    }
    CHECK_FALSE(is_fresh({"*", ""}, ""));
  }

  TEST_CASE("kept answers: by path and key, until something changes") {
    kept_answers all;
    const auto one = std::make_shared<const answer>();
    const secret key{"k"};
    all.keep("/a", key, {1, 5}, one);
    CHECK(all.find("/a", key) == one);
    CHECK_FALSE(all.find("/a", secret{"j"}));
    CHECK_FALSE(all.find("/a", secret{}));
    CHECK_FALSE(all.find("/A", key));
    all.drop_older({1, 5});
    CHECK(all.find("/a", key) == one);
    all.drop_older({1, 6});
    CHECK_FALSE(all.find("/a", key));
    all.keep("/a", key, {1, 5}, one); // It was on its way when something changed.
    CHECK_FALSE(all.find("/a", key));
    all.keep("/a", key, {2, 0}, one);
    CHECK(all.find("/a", key) == one);
    all.drop_older({1, 9});
    CHECK(all.find("/a", key) == one);
    all.keep("/b", key, {2, 1}, one);
    CHECK_FALSE(all.find("/a", key));
  }

  TEST_CASE("kept answers: they are few, and take little") {
    kept_answers all;
    const auto small = std::make_shared<const answer>();
    for (std::size_t i = 0; i < 10 * kept_answers::most; ++i)
      all.keep("/" + std::to_string(i), secret{"k"}, {1, 1}, small);
    CHECK(all.size() <= kept_answers::most);
    const auto half = std::make_shared<const answer>(
      answer{200, "", std::string(kept_answers::most_bytes / 2, 'x'), ""});
    for (auto i = 0; i < 10; ++i)
      all.keep("/big" + std::to_string(i), secret{"k"}, {1, 1}, half);
    CHECK(all.size() <= 2);
    all.drop_older({1, 2});
    const auto huge = std::make_shared<const answer>(
      answer{200, "", std::string(kept_answers::most_bytes + 1, 'x'), ""});
    all.keep("/huge", secret{"k"}, {1, 2}, huge);
    CHECK(all.size() == 0);
  }
}

} // namespace
} // namespace copal::web
