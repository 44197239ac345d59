#include "actors/planning/plan/plan_locks.hpp"

#include "tests/actors/planning/situations.hpp"

#include <functional>
#include <map>
#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace copal::planning::situations {
namespace {

std::string after_plan(const situation& s) {
  auto made = make_plan(s);
  add_releases(s, made);
  return told(made);
}

TEST_SUITE("planning: locks") {
  TEST_CASE("locks: the configuration overrides them under either name and any prefix") {
    const struct {
      std::map<std::string, std::string> config;
      bool expected;
    } rows[] = {
      {{}, false},
      {{{"SUPERVISOR_OVERRIDE_LOCK", "1"}}, true},
      {{{"BALENA_SUPERVISOR_OVERRIDE_LOCK", "true"}}, true},
      {{{"RESIN_SUPERVISOR_OVERRIDE_LOCK", "on"}}, true},
      {{{"RESIN_OVERRIDE_LOCK", "1"}}, true},
      {{{"BALENA_SUPERVISOR_OVERRIDE_LOCK", "0"}}, false},
      {{{"BALENA_SUPERVISOR_OVERRIDE_LOCK", ""}}, false},
      {{{"OVERRIDE_LOCKS", "1"}}, false},
    };
    for (const auto& row : rows) {
      CAPTURE((row.config.empty() ? std::string{} : row.config.begin()->first));
      device_target target;
      target.config = row.config;
      CHECK(overrides_locks(target) == row.expected);
    }
  }

  TEST_CASE("locks: force, and the configuration, reach the step that takes them") {
    const auto updating =
      device{}.running({"web"}).wants({service{"web"}.env("A", "1")}).locked("web");
    const auto forces = [](const situation& s) {
      const auto made = make_plan(s);
      REQUIRE(made.steps.size() == 1);
      const auto* take = std::get_if<take_locks>(&made.steps.front().action);
      return take != nullptr && take->force;
    };
    CHECK(make_plan(updating).steps.empty());
    CHECK(forces(device{updating}.forced()));
    CHECK(forces(device{updating}.but(
      [](auto& s) { s.target.config["BALENA_SUPERVISOR_OVERRIDE_LOCK"] = "1"; })));
  }

  TEST_CASE("locks: what a take by force has left is in its way until it is looked at again") {
    const auto updating =
      device{}.running({"web"}).wants({service{"web"}.env("A", "1")}).locked("web").forced();
    const auto in_vain = device{updating}.but([](situation& s) { s.force_vain.insert({7}); });
    CHECK(told(make_plan(in_vain))
          == "wait, lock: web holds the update lock /locks/web/updates.lock (of user 0), which "
             "cannot be deleted\n");
    CHECK(make_plan(device{updating}.but([](situation& s) {
      s.force_vain.insert({8});
    })).waits.empty());
    // Its pause is over.
    const auto again =
      make_plan(device{in_vain}.but([](situation& s) { s.locks.at({7}).held.clear(); }));
    REQUIRE(again.steps.size() == 1);
    CHECK(std::get<take_locks>(again.steps.front().action).force);
  }

  TEST_CASE("locks: force is for what it was given for") {
    const auto updating =
      device{}.running({"web"}).wants({service{"web"}.env("A", "1")}).locked("web");
    const struct {
      const char* name;
      std::function<void(situation&)> change;
      bool counts;
    } rows[] = {
      {"an update", [](situation& s) { s.force = true; }, true},
      {"the app has got there since",
        [](situation& s) {
          s.force = true;
          s.force_over.insert({7});
        },
        false},
      {"another app has",
        [](situation& s) {
          s.force = true;
          s.force_over.insert({8});
        },
        true},
      {"somebody asks for something without it",
        [](situation& s) {
          s.force = true;
          s.asked.patient.insert({7});
        },
        false},
      {"and somebody else with it",
        [](situation& s) {
          s.asked.patient.insert({7});
          s.asked.forced.insert({7});
        },
        true},
      {"the configuration says so",
        [](situation& s) {
          s.asked.patient.insert({7});
          s.target.config["SUPERVISOR_OVERRIDE_LOCK"] = "1";
        },
        true},
    };
    for (const auto& row : rows) {
      CAPTURE(row.name);
      const auto made = make_plan(device{updating}.but(row.change));
      CHECK(made.steps.empty() == !row.counts);
      CHECK(made.waits.empty() == row.counts);
    }
  }

  TEST_CASE("locks: none are taken along while a step relies on those that are ours") {
    const auto given =
      device{}
        .running({"web", "db"})
        .wants({service{"web"}.env("A", "1"), service{"db"}.env("A", "1"), "late"})
        .fetched_all()
        .but([](situation& s) {
          s.locks[{7}] = {.app = {7}, .taken = true, .services = {{"db"}, {"web"}}};
        });
    const auto has_left = [](situation& s) { s.locks[{7}] = {.app = {7}, .left_over = true}; };
    const std::string take = "takeLock (before services are touched)";
    const std::string waits =
      "wait, in progress: " + take + " when the steps that rely on the present ones have ended";
    const std::string under_way = "wait, in progress: web: a step is under way";
    check({
      {"nothing is under way", given, {take}},
      {"one is being stopped", device{given}.busy("service:7/web"), {under_way, waits}},
      {"the engine may still be stopping one",
        device{given}.but([](situation& s) { s.unsure.insert({7}); }),
        {waits}},
      {"the run before has begun that",
        device{given}.but(has_left).but([](situation& s) { s.engine.busy = {"service:7/web"}; }),
        {under_way, waits}},
      {"the run before has left them",
        device{given}.but(has_left).but([](situation& s) { s.unsure.insert({7}); }),
        {take}},
      {"a step of another app", device{given}.busy("service:8/web"), {take}},
    });
  }

  TEST_CASE("locks: a service that came after they were taken makes them be taken anew") {
    auto s = device{}.running({"web"}).wants({service{"web"}.env("A", "1")}).looked();
    s.but([](auto& x) { x.locks[{7}].services = {{"db"}}; });
    CHECK(told(make_plan(s)) == "takeLock (before services are touched)\n");
    s.but([](auto& x) { x.locks[{7}].services = {{"web"}}; });
    CHECK(told(make_plan(s)) == "kill web (env(A) differs)\n");
  }

  TEST_CASE("locks: a wait says whose lock it is, where, and since when") {
    const user_lock lock{
      {7}, {"web"}, "/l/7/web/updates.lock", wall_time{std::chrono::seconds{1'700'000'000}}, 1000};
    CHECK(wait_for(lock).text
          == "web holds the update lock /l/7/web/updates.lock (of user 1000, since 2023-11-14 "
             "22:13:20 UTC)");
  }

  TEST_CASE("locks: the texts that clients know") {
    const user_lock lock{{7}, {"web"}, "/l", {}};
    CHECK(lock_text(lock) == "Lockfile exists for { appId: 7, service: web }");
    const struct {
      std::chrono::milliseconds pause;
      std::string expected;
    } rows[] = {
      {std::chrono::milliseconds{500}, "500ms"},
      {std::chrono::milliseconds{1'999}, "1s"},
      {std::chrono::seconds{64}, "1m"},
      {std::chrono::minutes{15}, "15m"},
      {std::chrono::hours{2}, "2h"},
    };
    for (const auto& row : rows)
      CHECK(locked_text({.app = {7}, .held = {lock}, .pause = row.pause})
            == "Updates are locked, retrying in " + row.expected
                 + ". Reason: Lockfile exists for { appId: 7, service: web }");
    CHECK(
      locked_text({.app = {7}, .held = {lock, {{7}, {"db"}, "/m", {}}}})
        .ends_with("{ appId: 7, service: web }, Lockfile exists for { appId: 7, service: db }"));
  }

  TEST_CASE("spec 12.53: locks are given back when nothing is stopped any more") {
    const auto left = [](situation& s) { s.locks[{7}] = {.app = {7}, .left_over = true}; };
    const std::string release = "releaseLock (nothing is stopped any more)\n";
    const auto still = device{}.running({"web"});
    const struct {
      std::string name;
      situation s;
      std::string expected;
    } rows[] = {
      {"they were taken", device{still}.looked(), release},
      {"an earlier run left them", device{still}.but(left), release},
      {"a user's are none of ours", device{still}.locked("web"), ""},
      {"of another app too", device{still}.app(8).looked(), release},
      {"while a step of the app is under way", device{still}.looked().busy("service:7/web"), ""},
      {"while the engine may still be stopping something",
        device{still}.looked().but([](auto& s) { s.unsure.insert({7}); }),
        ""},
      {"while the engine may stop something of another app",
        device{still}.looked().but([](auto& s) { s.unsure.insert({8}); }),
        release},
      {"while they are being given back", device{still}.looked().busy("locks:7"), ""},
      {"it failed, and waits",
        device{still}.looked().failed("locks:7"),
        "wait, back-off: releaseLock (nothing is stopped any more): no answer\n"},
    };
    for (const auto& row : rows) {
      CAPTURE(row.name);
      auto made = plan{};
      add_releases(row.s, made);
      CHECK(told(made) == row.expected);
    }
    const auto updating = device{}.running({"web"}).wants({service{"web"}.env("A", "1")});
    CHECK(
      after_plan(device{updating}.fetched_all().looked()).find("releaseLock") == std::string::npos);
  }
}

} // namespace
} // namespace copal::planning::situations
