#include "actors/api/services.hpp"

#include "actors/api/input.hpp"

#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace copal::api {
namespace {

supervised_container container_of(int app, const char* service, int image) {
  supervised_container out;
  out.who.app = {app};
  out.who.name = {service};
  out.who.image = {image};
  out.who.release = {55};
  out.what.id = {std::string{service} + "-id"};
  out.what.state = container_state::running;
  out.what.config.image = "sha256:aa";
  out.what.config.env = {{"FOO", secret{"bar"}},
    {"BALENA_API_KEY", secret{"k1"}},
    {"RESIN_API_KEY", secret{"k2"}},
    {"BALENA_SUPERVISOR_API_KEY", secret{"k3"}},
    {"RESIN_SUPERVISOR_API_KEY", secret{"k4"}}};
  return out;
}

/// App 1 has one service, app 2 has two; app 3 has one that its target does not name; app 4 is to
/// have two, of which one is there.
progress device() {
  progress out;
  for (const auto app : {1, 2, 4}) {
    target_app one;
    one.id = {app};
    one.release.emplace();
    for (const auto* name : {"cam", "web"}) {
      if (app == 1 && std::string{name} == "cam")
        continue;
      one.release->services.emplace_back();
      one.release->services.back().name = {name};
    }
    out.target.apps.push_back(one);
  }
  out.engine.containers = {container_of(1, "web", 11),
    container_of(2, "cam", 21),
    container_of(2, "web", 22),
    container_of(3, "old", 31),
    container_of(4, "web", 42)};
  out.commits[{1}] = {"c1"};
  return out;
}

/// The service's name, or the status and the beginning of the text.
std::string told(const std::variant<service_name, reply>& x) {
  if (const auto* name = std::get_if<service_name>(&x))
    return name->value;
  const auto& refused = std::get<reply>(x);
  return std::to_string(refused.status) + ' ' + std::get<std::string>(refused.body).substr(0, 17);
}

TEST_SUITE("api: services") {
  TEST_CASE("services: by name or image id; the only one is meant whatever is named") {
    const auto now = device();
    const struct {
      service_wanted wanted;
      const char* expected;
    } rows[] = {
      {{{2}, {}, "web"}, "web"},
      {{{2}, 21, ""}, "cam"},
      {{{2}, 21, "web"}, "cam"}, // the first that matches either
      {{{2}, {}, "other"}, "404 Service not found"},
      {{{2}, 99, ""}, "404 Service not found"},
      {{{2}, {}, ""}, "400 serviceName or im"},
      {{{1}, {}, "whatever"}, "web"},
      {{{1}, {}, ""}, "400 serviceName or im"},
      {{{4}, {}, "web"}, "web"},
      {{{4}, {}, "cam"}, "404 Service not found"}, // it is being made, and is not `web`
      {{{9}, {}, "web"}, "404 App not found: an"},
      {{{3}, {}, "old"}, "404 Service does not "},
    };
    for (const auto& row : rows) {
      CAPTURE(row.expected);
      CHECK(told(choose_service(now, row.wanted)).substr(0, 21)
            == std::string{row.expected}.substr(0, 21));
    }
  }

  TEST_CASE("services: version 1 has one service per app") {
    const auto now = device();
    CHECK(told(only_service(now, {1})) == "web");
    CHECK(told(only_service(now, {2})) == "400 serviceName or im");
    CHECK(told(only_service(now, {3})) == "404 Service does not ");
    CHECK(told(only_service(now, {9})) == "400 App not found: an");
    const auto text = std::get<std::string>(std::get<reply>(only_service(now, {9})).body);
    CHECK(text
          == "App not found: an app needs to be installed for this endpoint to work.\n\tIf you've "
             "recently moved this device from another app,\n\tplease push an app and wait for it "
             "to be installed first.");
  }

  TEST_CASE("services: an app is told of without the keys in its environment") {
    auto now = device();
    image_row row;
    row.app = {1};
    row.used_by = {"web"};
    row.name = "registry/x@sha256:bb";
    row.engine_id = {"sha256:aa"};
    now.images.rows = {row};
    const auto got = app_reply(now, {1});
    CHECK(got.status == 200);
    CHECK(std::get<value>(got.body)
          == value::map({{"appId", 1},
            {"commit", "c1"},
            {"containerId", "web-id"},
            {"env", value::map({{"FOO", "bar"}})},
            {"imageId", "registry/x@sha256:bb"},
            {"releaseId", 55}}));
    // Two releases have the image by two names: told is that of the container's own.
    row.commit = now.engine.containers[0].who.commit;
    row.name = "registry/x@sha256:cc";
    now.images.rows.push_back(row);
    now.images.rows[0].commit = {"another"};
    CHECK(
      *std::get<value>(app_reply(now, {1}).body).find("imageId") == value{"registry/x@sha256:cc"});
    CHECK(app_reply(now, {2}).status == 400);
    CHECK(app_reply(now, {9}).status == 400);
    CHECK(std::get<value>(app_reply(now, {3}).body).find("commit") == nullptr);
  }
}

TEST_SUITE("api: input") {
  TEST_CASE("input: integers") {
    const struct {
      value given;
      std::optional<std::int64_t> expected;
    } rows[] = {
      {12, 12},
      {"12", 12},
      {"12.0", 12},
      {"12.", 12},
      {"-3", -3},
      {12.0, 12},
      {12.5, {}},
      {"12.5", {}},
      {"", {}},
      {".0", {}},
      {"twelve", {}},
      {"12 ", {}},
      {"99999999999999999999", {}},
      {true, {}},
      {value{}, {}},
    };
    for (const auto& row : rows) {
      CAPTURE(debug_string(row.given));
      CHECK(integer_of(&row.given) == row.expected);
    }
    CHECK(!integer_of(static_cast<const value*>(nullptr)));
  }

  TEST_CASE("input: words") {
    const value rows[] = {"", "null", "undefined", 1, value{}};
    for (const auto& row : rows)
      CHECK(word_of(&row).empty());
    const value word{"web"};
    CHECK(word_of(&word) == "web");
    CHECK(word_of(nullptr).empty());
  }

  TEST_CASE("input: parts of a path") {
    CHECK(part_of("/v1/apps/7/stop", 0) == "v1");
    CHECK(part_of("/v1/apps/7/stop", 2) == "7");
    CHECK(part_of("/v1/apps/7/stop", 3) == "stop");
    CHECK(part_of("/v1/apps/7/stop", 4).empty());
    CHECK(part_of("/v1/apps//stop", 2).empty());
    CHECK(part_of("", 0).empty());
  }
}

} // namespace
} // namespace copal::api
