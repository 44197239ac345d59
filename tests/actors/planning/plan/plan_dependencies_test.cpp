#include "actors/planning/plan/remaking.hpp"
#include "tests/actors/planning/situations.hpp"

#include <doctest/doctest.h>

// What services wait for. Source: the Compose specification, decision 0096.

namespace copal::planning::situations {
namespace {

using state = container_state;
using health = health_state;
using condition = dependency_condition;
using strategy = update_strategy;

const std::string install = "start web (it has no container)";

std::string waits(const std::string& for_what) {
  return "wait, dependency: web: started " + for_what;
}

TEST_SUITE("planning: dependencies") {
  TEST_CASE("dependencies: a service that waits for the health of another") {
    const auto both =
      device{}
        .running({service{"db"}.checked(), service{"web"}.after("db", condition::healthy)})
        .looked();
    const auto starting = device{both}.gone("web").health("db", health::starting);
    check({
      {"no check has run",
        device{starting},
        {waits("when db is healthy: no check has succeeded yet")}},
      {"checks have failed, but not too many",
        device{starting}.health("db", health::starting, 2),
        {waits("when db is healthy: no check has succeeded yet, 2 checks failed in a row")}},
      {"healthy", device{both}.gone("web").health("db", health::healthy), {install}},
      {"unhealthy",
        device{both}.gone("web").health("db", health::unhealthy, 1),
        {waits("when db is healthy: it is unhealthy, 1 check failed in a row")}},
      {"it has no check",
        device{both}.gone("web"),
        {waits("when db is healthy: neither it nor its image has a healthcheck")}},
      {"it has ended",
        device{both}
          .gone("web")
          .container_of("db",
            [](auto& c) {
              c.config.restart.mode = restart_mode::no;
              c.state = state::exited;
              c.exit_code = 3;
              c.oom_killed = true;
            })
          .but([](auto& s) {
            target_of(s).release->services[0].config.restart.mode = restart_mode::no;
          }),
        {waits("when db is healthy: it exited with code 3, out of memory")}},
      {"the engine restarts it",
        device{both}.gone("web").is("db", state::restarting),
        {"wait, engine policy: db: the engine restarts it; last exit code 0",
          waits("when db is healthy: it exited with code 0, and the engine restarts it")}},
      {"it is paused",
        device{both}.gone("web").is("db", state::paused),
        {waits("when db is healthy: it is paused")}},
      {"it is to be replaced",
        device{starting}
          .health("db", health::healthy)
          .container_of("db", [](auto& c) { c.config.user = "x"; }),
        {"kill db (user differs)", waits("when db is healthy: it has not been started yet")}},
      {"it cannot be started",
        device{both}.gone("web").gone("db").failed("service:7/db"),
        {waits("when db is healthy: it could not be started: no answer"),
          "wait, back-off: start db (it has no container): no answer"}},
      {"it is made anew once more, after a pause: that is no failure to start",
        device{both}.gone("web").gone("db").failed("service:7/db").but([](situation& s) {
          s.failures.at("service:7/db").action = remake_action;
        }),
        {waits("when db is healthy: it has not been started yet"),
          "wait, back-off: start db (it has no container): no answer"}},
      {"it is kept stopped, and not waited for",
        device{}
          .running({service{"db"}.checked().kept_stopped(),
            service{"web"}.after("db", condition::healthy)})
          .looked()
          .gone("web"),
        {install}},
      {"a container that was never started waits alike",
        device{both}.health("db", health::starting).is("web", state::created),
        {waits("when db is healthy: no check has succeeded yet")}},
      {"one that has been started before does not",
        device{both}.health("db", health::starting).has_exited("web", 1),
        {"start web (it exited with code 1)"}},
      {"nor is a running one touched", device{both}.health("db", health::unhealthy, 9), {}},
    });
  }

  TEST_CASE("dependencies: a service that waits for a job") {
    const auto job = service{"job"}.restart(restart_mode::no);
    const auto both = device{}
                        .running({job, service{"web"}.after("job", condition::completed)})
                        .looked()
                        .gone("web");
    check({
      {"it still runs", device{both}, {waits("when job has completed: it has not ended yet")}},
      {"it has completed", device{both}.has_exited("job", 0), {install}},
      {"it has failed",
        device{both}.has_exited("job", 2),
        {waits("when job has completed: it exited with code 2")}},
      {"it was never started",
        device{both}.is("job", state::created),
        {"start job (it was never started)",
          waits("when job has completed: it has not been started yet")}},
      {"a job of the release before does not count",
        device{both}.has_exited("job", 0).container_of(
          "job", [](auto& c) { c.config.command = {"old"}; }),
        {"kill job (command differs)",
          waits("when job has completed: it has not been started yet")}},
      {"a job that is tried again",
        device{}
          .running({service{"job"}.restart(restart_mode::on_failure),
            service{"web"}.after("job", condition::completed)})
          .looked()
          .gone("web")
          .has_exited("job", 2),
        {"start job (it exited with code 2)",
          waits("when job has completed: it exited with code 2")}},
    });
  }

  TEST_CASE("dependencies: what is not required does not hold once it has failed") {
    const auto with = [](condition what, service on) {
      const auto name = on.it.name.value;
      return device{}
        .running({on, service{"web"}.after(name, what).optionally()})
        .looked()
        .gone("web");
    };
    const auto db = service{"db"}.checked();
    const auto job = service{"job"}.restart(restart_mode::no);
    check({
      {"healthy: not yet",
        with(condition::healthy, db).health("db", health::starting),
        {waits("when db is healthy: no check has succeeded yet")}},
      {"healthy: unhealthy",
        with(condition::healthy, db).health("db", health::unhealthy, 3),
        {install}},
      {"healthy: no check at all", with(condition::healthy, db), {install}},
      {"healthy: not to be started",
        with(condition::healthy, db).gone("db").failed("service:7/db"),
        {install, "wait, back-off: start db (it has no container): no answer"}},
      {"completed: not yet",
        with(condition::completed, job),
        {waits("when job has completed: it has not ended yet")}},
      {"completed: failed", with(condition::completed, job).has_exited("job", 1), {install}},
      {"started: not yet",
        with(condition::started, db).gone("db"),
        {"start db (it has no container)", waits("after db")}},
      {"started: not to be started",
        with(condition::started, db).gone("db").failed("service:7/db", false),
        {"start db (it has no container)", install}},
    });
  }

  TEST_CASE("dependencies: the old container stays while the new one could not be started") {
    const auto want = [](strategy how) {
      return std::vector<service>{service{"db"}.checked(),
        service{"web"}.env("A", "1").by(how).after("db", condition::healthy)};
    };
    const auto old = device{}.running({service{"db"}.checked(), "web"}).looked();
    const auto unhealthy = [&](strategy how) {
      return device{old}.wants(want(how)).health("db", health::unhealthy, 3);
    };
    const std::string replaced = "wait, dependency: web: replaced when db is healthy: it is "
                                 "unhealthy, 3 checks failed in a row";
    const std::string kill = "kill web (env(A) differs)";
    check({
      {"download-then-kill", unhealthy(strategy::download_then_kill), {replaced}},
      {"hand-over", unhealthy(strategy::hand_over), {replaced}},
      {"kill-then-download gives it up", unhealthy(strategy::kill_then_download), {kill}},
      {"delete-then-download too", unhealthy(strategy::delete_then_download), {kill}},
      {"healthy",
        device{old}.wants(want(strategy::download_then_kill)).health("db", health::healthy),
        {kill}},
      {"one that crashes all the time is no loss",
        unhealthy(strategy::download_then_kill).is("web", state::restarting),
        {kill}},
      {"nor one that ends soon after each start",
        unhealthy(strategy::download_then_kill)
          .has_exited("web", 1)
          .container_of("web", [](auto& c) { c.finished = c.started + std::chrono::seconds{1}; }),
        {kill}},
      {"nor one that ended, and is not to be started again",
        unhealthy(strategy::download_then_kill)
          .has_exited("web", 1)
          .container_of("web", [](auto& c) { c.config.restart.mode = restart_mode::no; }),
        {"kill web (env(A), restart differ)"}},
      {"nor one that was never started",
        unhealthy(strategy::download_then_kill).is("web", state::created),
        {kill}},
      {"the next release without the dependency is not held up",
        unhealthy(strategy::download_then_kill)
          .wants({service{"db"}.checked(), service{"web"}.env("A", "2")}),
        {"kill web (env(A) differs)"}},
      {"nor one that replaces the dependency: both go together",
        unhealthy(strategy::download_then_kill)
          .wants({service{"db"}.checked().env("A", "1"),
            service{"web"}.env("A", "1").after("db", condition::healthy)}),
        {"kill db (env(A) differs)", kill}},
      {"nor are other services",
        device{}
          .running({service{"db"}.checked(), "other", "web"})
          .wants({service{"db"}.checked(),
            service{"other"}.env("A", "1"),
            service{"web"}.env("A", "1").after("db", condition::healthy)})
          .looked()
          .health("db", health::unhealthy, 3),
        {"kill other (env(A) differs)", replaced}},
      {"a network that is made anew is not waited with",
        unhealthy(strategy::download_then_kill).but([](auto& s) {
          s.engine.networks.front().config.internal = true;
        }),
        {"kill db (a7_default is made anew)",
          kill,
          "wait, in use: a7_default goes when db has gone"}},
      {"what has another's port goes",
        device{}
          .running({service{"db"}.checked(), service{"web"}.port(80)})
          .looked()
          .wants({service{"db"}.checked(),
            service{"new"}.port(80),
            service{"web"}.port(81).after("db", condition::healthy)})
          .fetched_all()
          .health("db", health::unhealthy, 3),
        {"kill web (ports differs)",
          "wait, port: new: started when port 80/tcp of the host is free: web_70_1_c1 has it"}},
      {"a failed job keeps the old service up",
        device{}
          .running({service{"job"}.restart(restart_mode::no), "web"})
          .looked()
          .has_exited("job", 1)
          .wants({service{"job"}.restart(restart_mode::no),
            service{"web"}.env("A", "1").after("job", condition::completed)}),
        {"wait, dependency: web: replaced when job has completed: it exited with code 1"}},
    });
  }

  TEST_CASE("dependencies: a condition that changes touches no container") {
    const auto plain =
      device{}.running({service{"db"}.checked(), service{"web"}.after("db")}).looked();
    for (const auto what : {condition::started, condition::healthy, condition::completed}) {
      auto web = service{"web"}.after("db", what).restarted().optionally();
      check({{"", device{plain}.wants({service{"db"}.checked(), web}), {}}});
    }
  }

  TEST_CASE("dependencies: a service that is restarted with another") {
    using namespace std::chrono_literals;
    constexpr auto born = wall_time{100h};
    const auto started = [](const std::string& name, wall_time created, wall_time at) {
      return [name, created, at](situation& s) {
        auto& c = container_of(s, name);
        c.created = created;
        c.started = at;
      };
    };
    const auto both = device{}
                        .running({service{"db"}.checked(),
                          service{"web"}.after("db", condition::healthy).restarted()})
                        .looked()
                        .health("db", health::healthy)
                        .but(started("web", born, born + 1s))
                        .but(started("db", born + 5s, born + 6s));
    check({
      {"the other was made anew since", device{both}, {"kill web (db was made anew)"}},
      {"the other was made before", device{both}.but(started("db", born - 5s, born + 6s)), {}},
      {"it was started since", device{both}.but(started("web", born, born + 7s)), {}},
      {"the other is not healthy yet",
        device{both}.health("db", health::starting),
        {"wait, dependency: web: restarted when db is healthy: no check has succeeded yet"}},
      {"not asked for",
        device{both}.wants(
          {service{"db"}.checked(), service{"web"}.after("db", condition::healthy)}),
        {}},
      {"a lock holds it up",
        device{both}.locked("web"),
        {"wait, lock: web holds the update lock /locks/web/updates.lock (of user 0)"}},
      {"it does not run",
        device{both}.is("web", state::restarting),
        {"wait, engine policy: web: the engine restarts it; last exit code 0"}},
      {"the clock went back: it ended after it was started",
        device{both}.container_of("web", [](auto& c) { c.finished = c.started + 1h; }),
        {}},
      {"the clock went back: the other was started before it was made",
        device{both}.but(started("db", born + 5s, born)),
        {}},
      {"with a new release: restarted, which renames it too",
        device{both}
          .wants(
            {service{"db"}.checked(), service{"web"}.after("db", condition::healthy).restarted()},
            "c2")
          .fetched_all(),
        {"updateMetadata db (same configuration in the new release)",
          "kill web (db was made anew)"}},
    });
  }
}

} // namespace
} // namespace copal::planning::situations
