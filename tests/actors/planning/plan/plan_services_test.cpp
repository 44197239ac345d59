#include "tests/actors/planning/situations.hpp"

#include <algorithm>

#include <doctest/doctest.h>

// What becomes of each service. Source: spec/state-engine.md §5.2 and §5.3.

namespace copal::planning::situations {
namespace {

using state = container_state;
using strategy = update_strategy;

TEST_SUITE("planning: services") {
  TEST_CASE("services: a container that differs from the target is replaced") {
    const auto now = device{}.running({"web", "db"}).looked();
    check({
      {"another environment",
        device{now}.wants({service{"web"}.env("A", "1"), "db"}),
        {"kill web (env(A) differs)"}},
      {"another command",
        device{now}.container_of("web", [](auto& c) { c.config.command = {"x"}; }),
        {"kill web (command differs)"}},
      {"another image",
        device{now}.wants({service{"web"}.from("web:2"), "db"}).fetched_all(),
        {"kill web (image differs)"}},
      {"several fields",
        device{now}.container_of("web",
          [](auto& c) {
            c.config.tty = false;
            c.config.user = "x";
          }),
        {"kill web (user, tty differ)"}},
      {"an exited one too",
        device{now}.wants({service{"web"}.env("A", "1"), "db"}).has_exited("web", 0),
        {"kill web (env(A) differs)"}},
      {"one that was never started too",
        device{now}.wants({service{"web"}.env("A", "1"), "db"}).is("web", state::created),
        {"kill web (env(A) differs)"}},
      {"two at once",
        device{now}.wants({service{"web"}.env("A", "1"), service{"db"}.env("A", "1")}),
        {"kill db (env(A) differs)", "kill web (env(A) differs)"}},
      {"a service the target does not name",
        device{now}.wants({"web"}),
        {"kill db (not in the target)"}},
    });
  }

  TEST_CASE("spec 12.33: a service that is to be kept stopped") {
    const auto stopped = device{}.running({"web"}).wants({service{"web"}.kept_stopped()}).looked();
    check({
      {"nobody looked",
        device{stopped}.but([](auto& s) { s.locks.clear(); }),
        {"takeLock (before services are touched)"}},
      {"it runs", device{stopped}, {"stop web (the target wants it stopped)"}},
      {"it is paused",
        device{stopped}.is("web", state::paused),
        {"stop web (the target wants it stopped)"}},
      {"the engine restarts it",
        device{stopped}.is("web", state::restarting),
        {"stop web (the target wants it stopped)"}},
      {"it has exited already", device{stopped}.has_exited("web", 1), {}},
      {"it was never started", device{stopped}.is("web", state::created), {}},
      {"it has no container: one is made and not started",
        device{stopped}.gone("web"),
        {"install web (it has no container)"}},
      {"it holds a lock",
        device{stopped}.locked("web"),
        {"wait, lock: web holds the update lock /locks/web/updates.lock (of user 0)"}},
      {"it differs: replaced, not stopped",
        device{stopped}.wants({service{"web"}.kept_stopped().env("A", "1")}),
        {"kill web (env(A) differs)"}},
    });
  }

  TEST_CASE("services: states that are somebody else's") {
    const auto now = device{}.running({"web"}).looked();
    check({
      {"the engine restarts it",
        device{now}.container_of("web",
          [](auto& c) {
            c.state = state::restarting;
            c.exit_code = 3;
          }),
        {"wait, engine policy: web: the engine restarts it; last exit code 3"}},
      {"the engine restarts it, again and again",
        device{now}.container_of("web",
          [](auto& c) {
            c.state = state::restarting;
            c.exit_code = 137;
            c.oom_killed = true;
            c.restart_count = 4;
          }),
        {"wait, engine policy: web: the engine restarts it; last exit code 137, out of memory, "
         "restarted 4 times"}},
      {"somebody paused it", device{now}.is("web", state::paused), {}},
      {"it was created and never started",
        device{now}.is("web", state::created),
        {"start web (it was never started)"}},
      {"restarting, and different",
        device{now}.wants({service{"web"}.env("A", "1")}).is("web", state::restarting),
        {"kill web (env(A) differs)"}},
      {"paused, and different",
        device{now}.wants({service{"web"}.env("A", "1")}).is("web", state::paused),
        {"kill web (env(A) differs)"}},
    });
  }

  TEST_CASE("spec 12.29: a dead container is removed without a look at the locks") {
    const auto dead = device{}.running({"web"}).is("web", state::dead);
    check({
      {"in the target: the new one waits for that",
        device{dead},
        {"remove web (it is dead)", "wait, in progress: web: its dead container goes first"}},
      {"not in the target, and its network waits for that",
        device{dead}.does_not_want_the_app(),
        {"remove web (it is dead)", "wait, in use: a7_default goes when web has gone"}},
      {"under a lock",
        device{dead}.locked("web"),
        {"remove web (it is dead)", "wait, in progress: web: its dead container goes first"}},
      {"beside a living one",
        device{}.running({"web"}).with_older("web").but(
          [](auto& s) { s.engine.containers.back().what.state = state::dead; }),
        {"remove web (it is dead)"}},
      {"while a step on its service is under way",
        device{dead}.busy("service:7/web"),
        {"remove web (it is dead)", "wait, in progress: web: a step is under way"}},
    });
  }

  TEST_CASE("spec 12.30: a container that is being removed gives exactly one wait") {
    const auto removing = device{}.running({"web"}).is("web", state::removing).looked();
    check({
      {"equal", device{removing}, {"wait, in progress: web: its old container is being removed"}},
      {"different",
        device{removing}.wants({service{"web"}.env("A", "1")}),
        {"wait, in progress: web: its old container is being removed"}},
      {"to be kept stopped",
        device{removing}.wants({service{"web"}.kept_stopped()}),
        {"wait, in progress: web: its old container is being removed"}},
      {"not in the target",
        device{}.running({"web", "db"}).wants({"db"}).is("web", state::removing),
        {"wait, in progress: web: it is being removed"}},
    });
  }

  TEST_CASE("spec 12.39: of two containers of one service the newest is kept") {
    const auto two = device{}.running({"web"}).with_older("web");
    check({
      {"locks first", device{two}, {"takeLock (before services are touched)"}},
      {"the older one goes",
        device{two}.looked(),
        {"kill web (a newer container of the service exists)"}},
      {"a lock forbids it",
        device{two}.locked("web"),
        {"wait, lock: web holds the update lock /locks/web/updates.lock (of user 0)"}},
      {"the newest is not right either: one after the other",
        device{two}.wants({service{"web"}.env("A", "1")}).looked(),
        {"kill web (a newer container of the service exists)",
          "wait, in progress: kill web (env(A) differs)"}},
      {"the newest is to be started: it first",
        device{two}.looked().is("web", state::created),
        {"start web (it was never started)",
          "wait, in progress: kill web (a newer container of the service exists)"}},
      {"the older one is being removed",
        device{two}.but([](auto& s) { s.engine.containers.back().what.state = state::removing; }),
        {"wait, in progress: web: it is being removed"}},
      {"a step on the service is under way: both wait",
        device{two}.looked().busy("service:7/web"),
        {"wait, in progress: web: a step is under way"}},
      {"both leave with their service",
        device{two}.running({"db"}).looked().but([](auto& s) { s.engine.networks.resize(1); }),
        {"kill web (not in the target)", "wait, in progress: kill web (not in the target)"}},
    });
    const auto p = make_plan(device{two}.looked());
    CHECK(std::get<kill_container>(p.steps.at(0).action).id.value == "web-1-older");
    const auto reversed = make_plan(device{two}.looked().but(
      [](auto& s) { std::reverse(s.engine.containers.begin(), s.engine.containers.end()); }));
    CHECK(std::get<kill_container>(reversed.steps.at(0).action).id.value == "web-1-older");
  }

  TEST_CASE("spec 12.40: of an interrupted hand-over the old container goes") {
    check({
      {"both run",
        device{}.running({service{"web"}.by(strategy::hand_over)}).with_older("web").looked(),
        {"kill web (a newer container of the service exists)"}},
    });
  }

  TEST_CASE("spec 12.32: the same configuration in a new release is a new name") {
    const auto renamed = device{}.running({"web"}).wants({"web"}, "c2").fetched_all();
    const std::string old_image = "removeImage web:1 of web (no release and no container needs it)";
    check({
      {"locks first", device{renamed}, {"takeLock (before services are touched)"}},
      {"under locks of ours",
        device{renamed}.looked(),
        {"updateMetadata web (same configuration in the new release)"}},
      {"a lock forbids it",
        device{renamed}.locked("web"),
        {"wait, lock: web holds the update lock /locks/web/updates.lock (of user 0)"}},
      {"its image is recorded for the new release first",
        device{}.running({"web"}).wants({"web"}, "c2").looked(),
        {"saveImage web:1 (the engine has it already)",
          "wait, fetching: web: renamed when all images of its release are there"}},
      {"another service's image is missing: no look",
        device{}.running({"web"}).wants({"web", "db"}, "c2").fetched("web:1"),
        {"fetch db:1 (the engine does not have it)",
          "wait, dependency: db: started when all images of its release are there",
          "wait, fetching: web: renamed when all images of its release are there"}},
      {"an exited one is renamed before it is started",
        device{renamed}.looked().has_exited("web", 1),
        {"updateMetadata web (same configuration in the new release)"}},
      {"renamed: the old release's row goes, and the commit is recorded",
        device{}.running({"web"}, "c2").old_row("web:1", "web", "c1").but([](auto& s) {
          s.commits[{7}] = {"c1"};
        }),
        {"updateCommit c2 (release complete)", old_image}},
    });
    const auto p = make_plan(device{renamed}.looked());
    CHECK(std::get<rename_container>(p.steps.at(0).action).name == "web_70_2_c2");
  }

  TEST_CASE("services: what a step holds is all that is needed to do it") {
    const auto installing = device{}.running({service{"web"}.env("A", "1")}).gone("web").looked();
    const auto install = make_plan(installing).steps.at(0);
    const auto& what = std::get<install_service>(install.action);
    CHECK(install.app.value == 7);
    CHECK((what.who == container_identity{{7}, {"a7"}, {1}, {"web"}, {70}, {1}, {"c1"}}));
    CHECK(what.container_name == "web_70_1_c1");
    CHECK(what.config.image == "sha256:web:1");
    CHECK(what.config.env.contains("A"));
    CHECK_FALSE(what.create_only);

    const auto slow = device{}.running({"web"}).looked().container_of(
      "web", [](auto& c) { c.config.stop_grace_period = std::chrono::seconds{42}; });
    const auto kill = make_plan(slow).steps.at(0);
    CHECK(std::get<kill_container>(kill.action).id.value == "web-1");
    CHECK(std::get<kill_container>(kill.action).grace == std::chrono::seconds{42});
  }

  TEST_CASE("services: containers are told apart by app") {
    check({
      {"the same name in two apps",
        device{}
          .running({"web"})
          .app(8)
          .running({"web"})
          .wants({service{"web"}.env("A", "1")})
          .looked(),
        {"kill web (env(A) differs)"}},
      {"a container of an old supervisor has no uuid",
        device{}.running({"web"}).but([](auto& s) { s.engine.containers.front().who.uuid = {}; }),
        {}},
      {"one whose app has another id now belongs by its uuid",
        device{}.running({"web"}).but([](auto& s) { s.engine.containers.front().who.app = {6}; }),
        {}},
    });
  }
}

} // namespace
} // namespace copal::planning::situations
