#include "actors/api/explained.hpp"

#include <cstdint>
#include <string>

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
            {"others", value{value::list_type{}}},
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

    // What was seen just now wins over what was in the way once.
    heard from;
    from.locks.emplace();
    const value gone{explained(now, {}, from)};
    CHECK(debug_string(*gone.find("locks")) == debug_string(value{value::list_type{own}}));
    from.locks = {of_user};
    now.locks[0].held.clear();
    const value seen{explained(now, {}, from)};
    CHECK(debug_string(*seen.find("locks")) == debug_string(value{value::list_type{user, own}}));
  }

  TEST_CASE("explained: a target that is not followed is told") {
    progress now;
    now.problem = "the stored target is not understood";
    const value told{explained(now, {})};
    CHECK(*told.find("problem")->as_text() == now.problem);
    CHECK(told.find("services")->as_list()->empty());
    CHECK(told.find("source") == nullptr);
  }

  TEST_CASE("explained: what no service waits for, of the key's app and of the whole device") {
    auto now = without_images();
    now.waits = {{wait_reason::kind::back_off, {1}, "commit:1", "updateCommit c1: no answer"},
      {wait_reason::kind::back_off, {2}, "commit:2", "updateCommit c2: no answer"},
      {wait_reason::kind::back_off, {}, "network:supervisor0", "createNetwork: no answer"}};
    now.failures = {{"commit:2",
      "updateCommit",
      3,
      {errc::unavailable, "no answer"},
      8s,
      true,
      {{wall_time{1'600'000'000s}, {errc::unavailable, "no answer"}}},
      {}}};
    const auto network = value::map({
      {"subject", "network:supervisor0"},
      {"waitsFor", "back-off"},
      {"reason", "createNetwork: no answer"},
    });
    const auto attempts = value{
      value::list_type{value::map({{"at", "2020-09-13T12:26:40.000Z"}, {"error", "no answer"}})}};
    const auto commit = value::map({
      {"subject", "commit:2"},
      {"waitsFor", "back-off"},
      {"reason", "updateCommit c2: no answer"},
      {"appId", 2},
      {"appName", "shop 2"},
      {"tries", 3},
      {"attempts", attempts},
      {"nextTry", "2020-09-13T12:26:48.000Z"},
    });
    const value of_two{explained(now, {app_id{2}})};
    CHECK(debug_string(*of_two.find("others"))
          == debug_string(value{value::list_type{network, commit}}));
    const value all{explained(now, {})};
    CHECK(all.find("others")->as_list()->size() == 3);
  }

  TEST_CASE("explained: what the device does for one app is not told to another") {
    progress now;
    now.has_target = true;
    now.engine.complete = now.images.complete = true;
    now.running = {{{}, reboot_device{}, "payments is started after it"}};
    const auto reason = [&now](const scope& of) {
      const value told{explained(now, of)};
      const auto* others = told.find("others")->as_list();
      REQUIRE(others->size() == 1);
      return *others->front().find("reason")->as_text();
    };
    CHECK(reason({}) == "reboot (payments is started after it)");
    CHECK(reason({app_id{2}}) == "reboot");
    // Nor when it has failed.
    now.running.clear();
    now.waits = {{wait_reason::kind::back_off,
      {},
      "reboot",
      "reboot (payments is started after it): Interactive authentication required"}};
    CHECK(reason({}).find("payments") != std::string::npos);
    CHECK(reason({app_id{2}}) == "reboot");
  }

  TEST_CASE("explained: an engine that is away is told with its own words") {
    progress now;
    now.has_target = true;
    const error refused{errc::unavailable, "connecting: refused"};
    now.engine.silent = silence{3, refused, 4s, true, {{wall_time{1'600'000'000s}, refused}}};
    // Of services there is nothing to tell; and each app is concerned.
    for (const auto& of : {scope{}, scope{app_id{2}}}) {
      const value told{explained(now, of)};
      CHECK(told.find("services")->as_list()->empty());
      CHECK(debug_string(*told.find("others"))
            == debug_string(value{value::list_type{value::map({
              {"subject", "engine"},
              {"waitsFor", "engine"},
              {"reason", "what the engine has is not known: connecting: refused"},
              {"tries", 3},
              {"attempts",
                value{value::list_type{value::map(
                  {{"at", "2020-09-13T12:26:40.000Z"}, {"error", "connecting: refused"}})}}},
              {"nextTry", "2020-09-13T12:26:44.000Z"},
            })}}));
    }
  }

  TEST_CASE("explained: the bytes that an image needs and that there are") {
    auto now = without_images();
    now.images.failures.clear();
    now.images.sizes = {{"r/web:1", {{"l1", 150}}, {}}, {"r/web:2", {{"l1", 150}, {"l2", 20}}, {}}};
    now.images.fetching = {{"r/web:1", 40}};
    now.images.shortages = {{"r/web:2", 340, 1000, 900, true}};
    now.waits[0].why = wait_reason::kind::fetching;
    now.waits[1].why = wait_reason::kind::space;
    const value told{explained(now, {})};
    const auto number = [&told](std::size_t service, const char* name) -> std::int64_t {
      const auto* found = told.find("services")->as_list()->at(service).find(name);
      return found == nullptr ? -1 : *found->as_integer();
    };
    CHECK(number(0, "bytesToFetch") == 150);
    CHECK(number(0, "downloadProgress") == 40);
    CHECK(number(0, "bytesNeeded") == -1);
    CHECK(number(1, "bytesToFetch") == 170);
    CHECK(number(1, "downloadProgress") == -1);
    CHECK(number(1, "bytesNeeded") == 340);
    CHECK(number(1, "bytesFree") == 1000);
    CHECK(number(1, "bytesKeptFree") == 900);
  }

  TEST_CASE("explained: the target's file, and what of it is refused, for the whole device alone") {
    const progress now;
    heard from;
    from.source = {"/shop/compose.yaml",
      "shop",
      wall_time{1'600'000'000s},
      commit_id{"c1"},
      false,
      "/shop/compose.yaml:3: services.web.colour: unknown field",
      {"/shop/compose.yaml:2: the variable TAG is not set"}};
    const value told{explained(now, {}, from)};
    CHECK(*told.find("problem") == value{from.source->problem});
    CHECK(debug_string(*told.find("source"))
          == debug_string(value::map({
            {"path", "/shop/compose.yaml"},
            {"project", "shop"},
            {"refused", false},
            {"warnings", value{value::list_type{value{from.source->warnings[0]}}}},
            {"accepted", "2020-09-13T12:26:40.000Z"},
            {"commit", "c1"},
            {"problem", from.source->problem},
          })));
    const value of_one{explained(now, {app_id{1}}, from)};
    CHECK(of_one.find("source") == nullptr);
    CHECK(of_one.find("problem") == nullptr);

    // Beside it, that of the target before it.
    progress stored;
    stored.problem = "the stored target is not understood";
    const value both{explained(stored, {}, from)};
    CHECK(*both.find("problem") == value{from.source->problem + "\n" + stored.problem});
    from.source->problem.clear();
    const value one{explained(stored, {}, from)};
    CHECK(*one.find("problem") == value{stored.problem});
  }
}

} // namespace
} // namespace copal::api
