#include "actors/planning/plan/explain.hpp"

#include "actors/planning/plan/troubles.hpp"
#include "tests/actors/planning/situations.hpp"

#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace copal::planning::situations {
namespace {

using namespace std::chrono_literals;
using list = std::vector<std::string>;

/// Where a conductor stands that has just planned: the steps of the plan are under way.
progress standing_of(const situation& s) {
  progress out;
  const auto made = make_plan(s);
  out.has_target = true;
  out.settled = made.settled();
  out.target = s.target;
  out.engine = s.engine;
  out.images = s.images;
  out.commits = s.commits;
  out.running = made.steps;
  out.waits = made.waits;
  for (const auto& [subject, failure] : s.failures)
    out.failures.push_back(failure);
  return out;
}

/// "web: it has no container; image: fetching web:1, 40 %"
std::string told(const progress& now) {
  std::string out;
  for (const auto& x : explain(now))
    out +=
      x.service.value + ": " + x.gap + "; " + std::string{name_of(x.why)} + ": " + x.reason + '\n';
  return out;
}

/// "app 7: back-off: updateCommit c1: no answer", "device: engine: the engine is being asked what
/// it has"
std::string others_told(const progress& now) {
  std::string out;
  for (const auto& x : explain_others(now, explain(now)))
    out += (x.app == app_id{} ? "device" : "app " + to_string(x.app)) + ": "
           + std::string{name_of(x.why)} + ": " + x.reason + '\n';
  return out;
}

std::string lines(const list& items) {
  std::string out;
  for (const auto& item : items)
    out += item + '\n';
  return out;
}

struct explained_row {
  std::string name;
  device given;
  list expected;
};

TEST_SUITE("planning: explain") {
  TEST_CASE("explain: the one reason that holds a service up") {
    const std::vector<explained_row> rows = {
      {"all is at its target", device{}.running({"db", "web"}), {}},
      {"the engine is away",
        device{}.wants({"web"}).but([](situation& s) { s.engine.complete = false; }),
        {"web: it has no container; engine: the engine is being asked what it has"}},
      {"its image is on its way",
        device{}.wants({"web"}).fetching("web:1"),
        {"web: it has no container; image: fetching web:1, 40 %"}},
      {"another image of the release is on its way",
        device{}.running({"db"}).gone("db").wants({"db", "web"}).fetching("web:1"),
        {"db: it has no container; image: fetching web:1, 40 %",
          "web: it has no container; image: fetching web:1, 40 %"}},
      {"its image cannot be had for now",
        device{}.wants({"web"}).fetch_failed("web:1"),
        {"web: it has no container; back-off: fetch web:1 failed 2 times: no route"}},
      {"there is no room for its image",
        device{}.wants({"web"}).but([](situation& s) {
          s.images.shortages = {{"web:1", 46'000'000, 33'000'000, 2'000'000, true}};
        }),
        {"web: it has no container; space: no room for web:1: it needs about 46.0 MB, and of the "
         "33.0 MB that are free, 2.0 MB are kept free"}},
      {"it is being made, and another one waits for it",
        device{}.running({"db", service{"web"}.after("db")}).gone("db").gone("web").looked(),
        {"db: it has no container; step: start db (it has no container)",
          "web: it has no container; dependency: web: started after db"}},
      {"the one that it waits for is not healthy",
        device{}
          .running(
            {service{"db"}.checked(), service{"web"}.after("db", dependency_condition::healthy)})
          .gone("web")
          .looked()
          .health("db", health_state::unhealthy, 3),
        {"web: it has no container; dependency: web: started when db is healthy: it is unhealthy, "
         "3 "
         "checks failed in a row"}},
      {"another one has its port",
        device{}.running({service{"db"}.port(80), service{"web"}.port(80)}).gone("web").looked(),
        {"web: it has no container; port: web: started when port 80/tcp of the host is free: "
         "db_70_1_c1 has it"}},
      {"a user holds a lock",
        device{}.running({"web"}).wants({service{"web"}.env("A", "2")}).fetched_all().locked("web"),
        {"web: env(A) differs; lock: web holds the update lock /locks/web/updates.lock (of user "
         "0)"}},
      {"our own locks cannot be taken",
        device{}
          .running({"web"})
          .wants({service{"web"}.env("A", "2")})
          .fetched_all()
          .failed("locks:7"),
        {"web: env(A) differs; back-off: takeLock (before services are touched): no answer"}},
      {"a step on it failed",
        device{}.running({"web"}).gone("web").looked().failed("service:7/web"),
        {"web: it has no container; back-off: start web (it has no container): no answer"}},
      {"the engine restarts it",
        device{}.running({"web"}).is("web", container_state::restarting),
        {"web: it is restarting, and the target wants it running; restart-policy: web: the engine "
         "restarts it; last exit code 0"}},
      {"it ended, and its policy lets it",
        device{}.running({service{"web"}.restart(restart_mode::no)}).has_exited("web", 0),
        {}},
      {"it ended, and is started again",
        device{}.running({"web"}).has_exited("web", 3),
        {"web: it is exited, and the target wants it running; step: start web (it exited with code "
         "3)"}},
      {"the release cannot run here",
        device{}.running({"web"}).cannot_run(),
        {": its release is not run; rejected: Services with unmet requirements: web"}},
      {"it is to go",
        device{}.running({"db", "web"}).wants({"db"}).fetched_all().looked(),
        {"web: the target does not have it; step: kill web (not in the target)"}},
      {"its old container has not handed over yet",
        device{}
          .running({service{"web"}.by(update_strategy::hand_over)}, "c2")
          .with_older("web")
          .but([](situation& s) {
            for (auto& c : s.engine.containers) {
              if (c.what.id.value == "web-1-older") {
                c.who.commit = commit_id{"c1"};
                c.what.name = "old_" + c.what.name;
              }
            }
          }),
        {"web: its old container is still there; step: awaitHandover web (its old container "
         "stays until it says so, for 60000 ms at most)"}},
      {"it only gets another name",
        device{}.running({"web"}).wants({"web"}, "c2").fetched_all().looked(),
        {"web: its container has the name of another release; step: updateMetadata web (same "
         "configuration in the new release)"}},
    };
    for (const auto& row : rows) {
      CAPTURE(row.name);
      CHECK(told(standing_of(row.given)) == lines(row.expected));
    }
  }

  TEST_CASE("explain: where the old container goes first, its lock is why, and not the image") {
    const std::string lock = "web holds the update lock /locks/web/updates.lock (of user 0)";
    for (const auto by :
      {update_strategy::kill_then_download, update_strategy::delete_then_download}) {
      CAPTURE(to_string(by));
      const auto wanted = service{"web"}.from("web:2").by(by);
      const auto updating = device{}.running({"web", "db"}).wants({wanted, "db"});
      CHECK(told(standing_of(device{updating}.locked("web")))
            == lines({"web: image differs; lock: " + lock}));
      CHECK(told(standing_of(device{updating}.looked()))
            == lines({"web: image differs; step: kill web (image differs)"}));

      // The other services of the release wait for the same.
      const situation all = device{}
                              .running({"web", "db"})
                              .wants({wanted, service{"db"}.env("A", "2"), "new"})
                              .fetched("new:1")
                              .locked("web");
      auto now = standing_of(all);
      for (const auto& [app, facts] : all.locks)
        now.locks.push_back(facts);
      CHECK(told(now)
            == lines({"db: env(A) differs; lock: " + lock,
              "new: it has no container; lock: " + lock,
              "web: image differs; lock: " + lock}));
      for (const auto& x : explain(now)) {
        CAPTURE(x.service.value);
        REQUIRE(x.locks.size() == 1);
        CHECK(x.locks.front().path == "/locks/web/updates.lock");
      }

      // An image that can be had meanwhile is what others wait for.
      CHECK(told(standing_of(device{updating}.wants({wanted, "db", "new"}).locked("web")))
            == lines({"new: it has no container; image: fetch new:1 (the engine does not have it)",
              "web: image differs; lock: " + lock}));
    }
    CHECK(told(standing_of(
            device{}
              .running({"web"})
              .wants({service{"web"}.from("web:2").by(update_strategy::delete_then_download)})
              .gone("web")))
          == lines({"web: it has no container; image: fetch web:2 when the old image has gone"}));
  }

  TEST_CASE("explain: what keeps the device from its target and is told of no service") {
    const std::string removal = "removeImage old:1 of web (no release and no container needs it)";
    const std::vector<explained_row> rows = {
      {"all is at its target", device{}.running({"web"}), {}},
      {"the engine is away, and all services run as wanted",
        device{}.running({"web"}).but([](situation& s) { s.engine.complete = false; }),
        {"device: engine: the engine is being asked what it has"}},
      {"the images are not known",
        device{}.running({"web"}).but([](situation& s) { s.images.complete = false; }),
        {"device: engine: the images are being looked at"}},
      {"the release cannot be recorded",
        device{}.running({"web"}).but([](situation& s) { s.commits.clear(); }).failed("commit:7"),
        {"app 7: back-off: updateCommit c1 (release complete): no answer"}},
      {"an old image cannot be removed",
        device{}.running({"web"}).old_row("old:1", "web").failed("image:old:1"),
        {"app 7: back-off: " + removal + ": no answer"}},
      {"an old image is being removed",
        device{}.running({"web"}).old_row("old:1", "web"),
        {"app 7: step: " + removal}},
      {"an old image waits for a fetch of which nothing else is told",
        device{}.running({"web"}).old_row("old:1", "web").fetching("x:1"),
        {"app 7: image: old:1 is removed when nothing is being fetched"}},
      {"what a service waits for is not told twice, nor what waits for the same",
        device{}.running({"db"}).wants({"db", "web"}).fetching("web:1").old_row("old:1", "db"),
        {}},
      {"beside what a service waits for, a failure",
        device{}
          .running({"db"})
          .wants({"db", "web"})
          .fetch_failed("web:1")
          .old_row("old:1", "db")
          .failed("image:old:1"),
        {"app 7: back-off: removeImage old:1 of db (no release and no container needs it): no "
         "answer"}},
    };
    for (const auto& row : rows) {
      CAPTURE(row.name);
      CHECK(others_told(standing_of(row.given)) == lines(row.expected));
    }
  }

  TEST_CASE("explain: locks that cannot be given back are told of their app, with the tries") {
    auto now = standing_of(device{}.running({"web"}));
    const wall_time at{1'600'000'000s};
    now.waits = {{wait_reason::kind::back_off, {7}, "locks:7", "releaseLock: no answer"}};
    now.failures = {{"locks:7",
      "releaseLock",
      2,
      {errc::unavailable, "no answer"},
      4s,
      true,
      {{at, {errc::unavailable, "no answer"}}},
      {}}};
    now.target.apps.front().name = "shop";
    const auto found = explain_others(now, explain(now));
    REQUIRE(found.size() == 1);
    CHECK(found[0].app == app_id{7});
    CHECK(found[0].app_name == "shop");
    CHECK(found[0].subject == "locks:7");
    CHECK(found[0].why == obstacle::back_off);
    CHECK(found[0].tries == 2);
    CHECK(found[0].attempts == now.failures[0].attempts);
    CHECK(found[0].next_try == at + 4s);
  }

  TEST_CASE("explain: before the store has been read, that is why") {
    progress now;
    now.engine.complete = true;
    now.images.complete = true;
    CHECK(others_told(now) == "device: target: there is no target yet\n");
    now.unread = {"the target", "which releases ran in full"};
    const std::string unread =
      "the store has not been read (the target, which releases ran in full)";
    CHECK(others_told(now) == "device: store: " + unread + '\n');
    now.engine.complete = false;
    CHECK(
      others_told(now)
      == "device: store: " + unread + "\ndevice: engine: the engine is being asked what it has\n");
    // One that is not understood is told as the problem.
    now = {};
    now.engine.complete = true;
    now.images.complete = true;
    now.problem = "it is not understood";
    CHECK(others_told(now).empty());

    auto planned = standing_of(device{}.wants({"web"}));
    planned.running.clear();
    planned.waits.clear();
    planned.unread = {"which releases ran in full"};
    CHECK(told(planned)
          == "web: it has no container; store: the store has not been read (which releases ran in "
             "full)\n");
  }

  TEST_CASE("explain: of what does not answer the last words, the tries and the next one") {
    const wall_time at{1'600'000'000s};
    const auto silent = [at](const char* what) {
      return silence{2, {errc::unavailable, what}, 2s, true, {{at, {errc::unavailable, what}}}};
    };
    progress now;
    now.unread = {"the target"};
    now.store_silent = silent("the disk is full");
    now.engine.silent = silent("connecting: refused");
    CHECK(others_told(now)
          == "device: store: the store has not been read (the target): the disk is full\n"
             "device: engine: what the engine has is not known: connecting: refused\n");
    const auto found = explain_others(now, {});
    REQUIRE(found.size() == 2);
    for (const auto& x : found) {
      CHECK(x.tries == 2);
      CHECK(x.attempts.size() == 1);
      CHECK(x.next_try == at + 2s);
    }
    // While a try is under way there is no time of the next one.
    now.engine.silent->waiting = false;
    CHECK(!explain_others(now, {}).back().next_try);
    now.engine.complete = true;
    now.images.silent = silent("400: bad parameter");
    CHECK(others_told(now).ends_with(
      "device: engine: which images there are is not known: 400: bad parameter\n"));
  }

  TEST_CASE("explain: the bytes of an image that is waited for") {
    const auto sized = [](situation& s) {
      s.images.sizes = {{"web:1", {{"l1", 100}, {"l2", 50}}, {}}};
    };
    const auto of = [](const device& d) {
      const auto found = explain(standing_of(d));
      REQUIRE(found.size() == 1);
      return found[0];
    };
    const auto fetching = of(device{}.wants({"web"}).fetching("web:1").but(sized));
    CHECK(fetching.bytes_to_fetch == 150);
    CHECK(fetching.percent == 40);
    CHECK_FALSE(fetching.shortage);

    // What another image has of it does not come again.
    const auto sharing = of(device{}.wants({"web"}).fetch_failed("web:1").but(sized).but(
      [](situation& s) { s.images.facts[{"sha256:other"}].layers = {"l1"}; }));
    CHECK(sharing.bytes_to_fetch == 50);
    CHECK_FALSE(sharing.percent);

    CHECK_FALSE(of(device{}.wants({"web"}).fetching("web:1")).bytes_to_fetch);

    const space_shortage shortage{"web:1", 300, 200, 100, true};
    const auto held = of(device{}.wants({"web"}).but(sized).but(
      [&shortage](situation& s) { s.images.shortages = {shortage}; }));
    CHECK(held.shortage == shortage);
    CHECK(held.bytes_to_fetch == 150);

    const auto other =
      of(device{}.running({"web"}).is("web", container_state::restarting).but(sized));
    CHECK_FALSE(other.bytes_to_fetch);
  }

  TEST_CASE("explain: what was asked for is told, and is no trouble") {
    const auto stopped = device{}.running({"web"}).has_exited("web", 143);
    auto now = standing_of(stopped);
    const auto& c = stopped.now.engine.containers.front();
    now.holds = {{{7}, {"web"}, false, {"c1"}, c.what.id, c.what.started, "boot-1"}};
    now.running.clear();
    CHECK(
      told(now)
      == "web: it is stopped, and the target wants it running; request: a stop was asked for; it "
         "holds until its release changes, it is asked to start or the device is booted\n");
    CHECK(find_troubles(now).empty());
    now.holds.clear();
    CHECK(find_troubles(now).size() == 1);

    auto started = standing_of(
      device{}.running({service{"web"}.kept_stopped()}).is("web", container_state::running));
    started.running.clear();
    started.holds = {{{7}, {"web"}, true, {"c1"}, c.what.id, c.what.started, "boot-1"}};
    CHECK(told(started)
          == "web: it runs, and the target wants it stopped; request: a start was asked for; it "
             "holds until its release changes, it is asked to stop or the device is booted\n");
  }

  TEST_CASE("explain: a wait for locks has all that stand, with who holds them") {
    const situation waits =
      device{}.running({"web"}).wants({service{"web"}.env("A", "2")}).fetched_all().locked("web");
    auto now = standing_of(waits);
    for (const auto& [app, facts] : waits.locks)
      now.locks.push_back(facts);
    now.locks.front().held.push_back({{7}, {"db"}, "/locks/db/updates.lock", {}, 1000});
    now.locks.push_back({.app = {8}, .held = {{{8}, {"web"}, "/l", {}}}});
    REQUIRE(explain(now).size() == 1);
    CHECK(explain(now).front().locks == now.locks.front().held);
    CHECK(explain(now).front().locks.size() == 2);
    CHECK(
      explain(standing_of(device{}.wants({"web"}).fetch_failed("web:1"))).front().locks.empty());
  }

  TEST_CASE("explain: the last tries, and when the next one is") {
    auto now = standing_of(device{}.wants({"web"}).fetch_failed("web:1"));
    auto& failure = now.images.failures.at(0);
    const wall_time at{1'600'000'000s};
    failure.attempts = {{at - 2s, {errc::timeout, "slow"}}, {at, {errc::unavailable, "no route"}}};
    failure.pause = 4s;
    const auto found = explain(now);
    REQUIRE(found.size() == 1);
    CHECK(found[0].tries == failure.count);
    CHECK(found[0].attempts == failure.attempts);
    CHECK(found[0].next_try == at + 4s);
  }

  TEST_CASE("explain: nothing is said before there is a target") {
    CHECK(explain({}).empty());
  }
}

} // namespace
} // namespace copal::planning::situations
