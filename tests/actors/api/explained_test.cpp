#include "actors/api/explained.hpp"

#include <doctest/doctest.h>

namespace copal::api {
namespace {

using namespace std::chrono_literals;

/// Apps 1 and 2, each with a service `web` whose image cannot be had.
progress without_images() {
  progress out;
  out.has_target = true;
  out.engine.complete = true;
  out.images.complete = true;
  out.warnings = {"web: field build is ignored"};
  for (const auto id : {1, 2}) {
    target_app app;
    app.id = app_id{id};
    app.name = "shop " + std::to_string(id);
    app.release.emplace();
    target_service web;
    web.name = service_name{"web"};
    web.image_name = "r/web:" + std::to_string(id);
    app.release->services = {web};
    out.waits.push_back(
      {wait_reason::kind::back_off, app.id, "image:" + web.image_name, "fetch failed"});
    out.target.apps.push_back(std::move(app));
  }
  const wall_time at{1'600'000'000s};
  out.images.failures = {{"r/web:1",
    2,
    {errc::unavailable, "no route"},
    4s,
    true,
    {{at, {errc::unavailable, "no route"}}}}};
  return out;
}

TEST_SUITE("api") {
  TEST_CASE("explained: what differs, what it waits for, the tries and the next one") {
    const value told{explained(without_images(), {})};
    const auto web = [](const char* app, const char* name) {
      return value::map({
        {"appId", *app - '0'},
        {"appName", name},
        {"differs", "it has no container"},
        {"waitsFor", "back-off"},
        {"reason", "fetch failed"},
        {"serviceName", "web"},
      });
    };
    auto first = web("1", "shop 1");
    first.set("tries", 2);
    first.set("attempts",
      value{
        value::list_type{value::map({{"at", "2020-09-13T12:26:40.000Z"}, {"error", "no route"}})}});
    first.set("nextTry", "2020-09-13T12:26:44.000Z");
    CHECK(debug_string(told)
          == debug_string(value::map({
            {"settled", false},
            {"services", value{value::list_type{first, web("2", "shop 2")}}},
            {"troubles", value{value::list_type{}}},
            {"locks", value{value::list_type{}}},
            {"warnings", value{value::list_type{value{"web: field build is ignored"}}}},
          })));
  }

  TEST_CASE("explained: a key of one app sees that app alone") {
    const value told{explained(without_images(), {app_id{2}})};
    CHECK(told.find("services")->as_list()->size() == 1);
    CHECK(told.find("services")->as_list()->front().find("appId")->as_integer() != nullptr);
    CHECK(*told.find("services")->as_list()->front().find("appId")->as_integer() == 2);
    CHECK(told.find("warnings") == nullptr);
  }

  TEST_CASE("explained: what goes wrong in containers, of the key's app alone") {
    auto now = without_images();
    for (const auto id : {1, 2}) {
      supervised_container c;
      c.who.app = app_id{id};
      c.who.name.value = "web";
      c.what.id.value = "c" + std::to_string(id);
      c.what.state = container_state::restarting;
      c.what.exit_code = 137;
      c.what.oom_killed = true;
      c.what.restart_count = 3;
      c.what.health = health_state::unhealthy;
      c.memory_kills = 1;
      now.engine.containers.push_back(std::move(c));
    }
    const value told{explained(now, {app_id{2}})};
    CHECK(
      debug_string(*told.find("troubles"))
      == debug_string(value{value::list_type{value::map({
        {"appId", 2},
        {"serviceName", "web"},
        {"containerId", "c2"},
        {"state", "restarting"},
        {"told",
          "restarted by the engine 3 times; exited with code 137, out of memory; lost a process "
          "for lack of memory 1 time"},
        {"restarts", 3},
        {"exitCode", 137},
        {"outOfMemory", true},
        {"memoryKills", 1},
        {"health", "unhealthy"},
      })}}));
  }

  TEST_CASE("explained: who holds which lock since when") {
    auto now = without_images();
    const user_lock of_user{{1}, {"web"}, "/l/1/web/updates.lock", wall_time{1'600'000'000s}, 1000};
    now.locks = {{.app = {1}, .held = {of_user}},
      {.app = {2}, .taken = true, .since = wall_time{1'600'000'000s}}};
    const auto user = value::map({
      {"appId", 1},
      {"holder", "user"},
      {"serviceName", "web"},
      {"path", "/l/1/web/updates.lock"},
      {"uid", 1000},
      {"since", "2020-09-13T12:26:40.000Z"},
    });
    const auto own =
      value::map({{"appId", 2}, {"holder", "supervisor"}, {"since", "2020-09-13T12:26:40.000Z"}});
    const value all{explained(now, {})};
    CHECK(debug_string(*all.find("locks")) == debug_string(value{value::list_type{user, own}}));
    const value of_two{explained(now, {app_id{2}})};
    CHECK(debug_string(*of_two.find("locks")) == debug_string(value{value::list_type{own}}));
  }

  TEST_CASE("explained: a target that is not followed is told") {
    progress now;
    now.problem = "the stored target is not understood";
    const value told{explained(now, {})};
    CHECK(*told.find("problem")->as_text() == now.problem);
    CHECK(told.find("services")->as_list()->empty());
  }
}

} // namespace
} // namespace copal::api
