#include "actors/planning/plan/kept_files.hpp"
#include "tests/actors/planning/situations.hpp"

#include <algorithm>
#include <chrono>

#include <doctest/doctest.h>

// What waits to be replaced is kept up. Source: spec/state-engine.md §5.2, docs/decisions/0117.

namespace copal::planning::situations {
namespace {

using namespace std::chrono_literals;
using state = container_state;
using strategy = update_strategy;
using condition = dependency_condition;

const std::string start = "start web (it exited with code 1, and is not replaced yet)";
const std::string fetch = "fetch web:2 (the engine does not have it)";
const std::string lock = "wait, lock: db holds the update lock /locks/db/updates.lock (of user 0)";

/// `web` runs from web:1 and has ended; a release is on its way in which it comes from web:2.
device waiting(const service& next = service{"web"}.from("web:2")) {
  return device{}.running({"web", "db"}).wants({next, "db"}).has_exited("web", 1);
}

TEST_SUITE("planning: services") {
  TEST_CASE("kept up: what has ended while the images of the next release are on their way") {
    const auto stopped = [](situation& s) {
      s.engine.stopped_from_outside = {container_of(s, "web").id};
    };
    const auto policy = [](restart_mode mode) {
      return [mode](container& c) { c.config.restart.mode = mode; };
    };
    const std::string waits =
      "wait, fetching: web: replaced when all images of its release are there";
    const std::string rename =
      "wait, fetching: web: renamed when all images of its release are there";
    check({
      {"it is to be replaced", waiting(), {fetch, start}},
      {"it hands over",
        waiting(service{"web"}.from("web:2").by(strategy::hand_over)),
        {fetch, start}},
      {"its own policy counts, not the next one's",
        waiting(service{"web"}.from("web:2").restart(restart_mode::no)),
        {fetch, start}},
      {"by its policy it stays down",
        waiting().container_of("web", policy(restart_mode::no)),
        {fetch, waits}},
      {"somebody stopped it, and its policy heeds that",
        waiting().container_of("web", policy(restart_mode::unless_stopped)).but(stopped),
        {fetch, waits}},
      {"the next release keeps it stopped",
        waiting(service{"web"}.from("web:2").kept_stopped()),
        {fetch, waits}},
      {"it only waits for its name",
        device{}
          .running({"web", "db"})
          .wants({"web", service{"db"}.from("db:2")}, "c2")
          .fetched("web:1")
          .has_exited("web", 1),
        {"fetch db:2 (the engine does not have it)",
          start,
          "wait, fetching: db: replaced when all images of its release are there"}},
      {"it is up: it waits for its name",
        device{}.running({"web"}).wants({"web", "new"}, "c2").fetched("web:1"),
        {"fetch new:1 (the engine does not have it)",
          "wait, dependency: new: started when all images of its release are there",
          rename}},
      {"its start failed",
        waiting().failed("service:7/web"),
        {fetch, "wait, back-off: " + start + ": no answer"}},
      {"another one has its port",
        device{}
          .running({service{"db"}.port(80), service{"web"}.port(80)})
          .wants({service{"db"}.port(80), service{"web"}.from("web:2").port(81)})
          .has_exited("web", 1),
        {fetch,
          "wait, port: web: started when port 80/tcp of the host is free: db_70_1_c1 has it"}},
      {"what goes first by its strategy goes",
        waiting(service{"web"}.from("web:2").by(strategy::kill_then_download)).looked(),
        {"kill web (image differs)",
          "wait, dependency: fetch web:2 when the old container has gone"}},
      {"what the next release does not have: others may rely on it",
        device{}.running({"web", "db"}).wants({"db", "new"}).has_exited("web", 1),
        {"fetch new:1 (the engine does not have it)",
          start,
          "wait, dependency: new: started when all images of its release are there"}},
      {"an older container of a service is not",
        device{}.running({"web"}).with_older("web").wants({"web", "new"}).but([](situation& s) {
          for (auto& c : s.engine.containers) {
            if (c.what.id.value == "web-1-older")
              c.what.state = state::exited;
          }
        }),
        {"fetch new:1 (the engine does not have it)",
          "wait, fetching: web: removed when all images of the release are there",
          "wait, dependency: new: started when all images of its release are there"}},
    });
  }

  TEST_CASE("kept up: what has ended while a user's lock holds its replacement up") {
    const auto ready = [](const std::string& commit, const service& next) {
      return device{}
        .running({"web", "db"})
        .wants({next, "db"}, commit)
        .fetched_all()
        .has_exited("web", 1);
    };
    const auto next = service{"web"}.env("A", "1");
    check({
      {"it is to be replaced", ready("c1", next).locked("db"), {start, lock}},
      {"its policy would not start it",
        ready("c1", next)
          .locked("db")
          .container_of("web", [](container& c) { c.config.restart.mode = restart_mode::no; }),
        {lock}},
      {"it is to be renamed", ready("c2", "web").locked("db"), {start, lock}},
      {"it is to go",
        device{}.running({"web", "db"}).wants({"db"}).has_exited("web", 1).locked("db"),
        {start, lock}},
      {"its app is to go: nobody relies on it",
        device{}.running({"web", "db"}).does_not_want_the_app().has_exited("web", 1).locked("db"),
        {lock, "wait, in use: a7_default goes when db has gone"}},
      {"our locks cannot be taken",
        ready("c1", next).failed("locks:7"),
        {start, "wait, back-off: takeLock (before services are touched): no answer"}},
      {"they are just being taken",
        ready("c1", next).busy("locks:7"),
        {"wait, in progress: takeLock (before services are touched)"}},
      {"they are ours: it goes", ready("c1", next).looked(), {"kill web (env(A) differs)"}},
    });
  }

  TEST_CASE("kept up: what has ended while its next one could not be started") {
    const auto unhealthy = [] {
      return device{}
        .running({service{"db"}.checked(), "web"})
        .looked()
        .wants(
          {service{"db"}.checked(), service{"web"}.env("A", "1").after("db", condition::healthy)})
        .health("db", health_state::unhealthy, 3)
        .has_exited("web", 1);
    };
    const auto ran_for = [](std::chrono::seconds time) {
      return [time](container& c) {
        c.started = wall_time{100h};
        c.finished = c.started + time;
      };
    };
    check({
      {"it had come up", unhealthy().container_of("web", ran_for(10s)), {start}},
      {"nobody knows when it ended: the power did", unhealthy(), {start}},
      {"it ends soon after each start: no loss",
        unhealthy().container_of("web", ran_for(9s)),
        {"kill web (env(A) differs)"}},
      {"the port that the next one needs is another's, and stays so",
        device{}
          .running({service{"db"}.port(81), service{"web"}.port(80)})
          .looked()
          .wants({service{"db"}.port(81), service{"web"}.port(81)})
          .has_exited("web", 1),
        {start}},
    });
  }

  TEST_CASE("kept up: what was stopped for a removal that failed, till it is tried again") {
    const auto removal_failed = [](situation& s) {
      auto& c = container_of(s, "web");
      c.config.restart.mode = restart_mode::no;
      c.started = wall_time{100h};
      c.finished = wall_time{101h};
      s.half_removed[c.id] = c.started;
      s.failures["service:7/web"] = {
        "service:7/web", "kill", 1, {errc::timeout, "busy"}, 1s, true, {}, {}};
    };
    const auto next = service{"web"}.env("A", "1");
    const auto given = [&](const std::vector<service>& wanted, const std::string& commit = "c2") {
      return device{}
        .running({"web", "db"})
        .wants(wanted, commit)
        .fetched_all()
        .has_exited("web", 137)
        .looked()
        .but(removal_failed);
    };
    const auto made_since = [](const std::string& commit) {
      return [commit](situation& s) {
        for (auto& c : s.engine.containers) {
          if (c.who.name.value != "db")
            continue;
          c.who.commit = commit_id{commit};
          c.what.created = wall_time{102h};
        }
      };
    };
    const auto starts = [](const device& now) {
      const auto made = make_plan(now);
      return std::count_if(made.steps.begin(), made.steps.end(), [](const step& one) {
        const auto* start = std::get_if<start_container>(&one.action);
        return start != nullptr && start->service.value == "web";
      });
    };
    CHECK(starts(given({next, "db"}, "c1")) == 1);
    CHECK(starts(given({next, "db"})) == 1);
    // It ended by itself: its policy counts.
    CHECK(starts(given({next, "db"}).but([](situation& s) { s.half_removed.clear(); })) == 0);
    // Beside what is new of its release it would be a mixture.
    CHECK(starts(given({next, "db"}).but(made_since("c2"))) == 0);
    CHECK(starts(given({next, "db"}).but(made_since("c1"))) == 1);
    CHECK(starts(given({next, "db", "cam"})) == 0);
    // The release no longer has it.
    CHECK(starts(given({"db"})) == 0);
    // Neither removal nor start works: both wait.
    CHECK(starts(given({next, "db"}).but([](situation& s) {
      s.failures["service:7/web"].action = "start";
    })) == 0);
  }

  TEST_CASE("kept up: its files are placed as far as the next release has them") {
    const auto file = [](const std::string& name) {
      service_file out;
      out.name = name;
      return out;
    };
    auto s = device{}.wants({"web", "db"}).now;
    target_of(s).release->services[0].files = {file("shared"), file("of-db")};
    target_of(s).release->services[1].files = {file("shared"), file("new")};
    container_config old;
    old.mounts = {{"bind", "/files/shared", "/run/secrets/a", true, {}, false, 0},
      {"bind", "/files/old", "/run/secrets/b", true, {}, false, 0},
      {"bind", "/files/of-db", "/run/secrets/c", true, {}, false, 0}};
    auto files = files_of(s.target, {7}, {"web"});
    add_mounted_files(s.target, {7}, old, "/files", files);
    std::vector<std::string> names;
    for (const auto& one : files)
      names.push_back(one.name);
    CHECK(names == std::vector<std::string>{"shared", "new", "of-db"});
    add_mounted_files(s.target, {8}, old, "/files", files);
    CHECK(files.size() == 3);
  }
}

} // namespace
} // namespace copal::planning::situations
