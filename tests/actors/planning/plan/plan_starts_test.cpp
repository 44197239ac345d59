#include "tests/actors/planning/situations.hpp"

#include <algorithm>

#include <doctest/doctest.h>

// When services are started, and which are started again. Source: spec/state-engine.md §5.2.

namespace copal::planning::situations {
namespace {

using state = container_state;

TEST_SUITE("planning: starts") {
  TEST_CASE("spec 12.31: an exited container, by its restart policy") {
    const auto exited = [](restart_mode mode, int code) {
      return device{}.running({service{"web"}.restart(mode)}).has_exited("web", code);
    };
    const auto stopped = [](situation& s) {
      s.engine.stopped_from_outside = {container_of(s, "web").id};
    };
    const auto failed_proxy = [](container& c) {
      c.engine_error = "driver failed: Error starting userland proxy: listen tcp4 10.0.0.1:80: "
                       "bind: cannot assign requested address";
    };
    const auto other_error = [](container& c) {
      c.engine_error = "Error starting userland proxy: address already in use";
    };
    using mode = restart_mode;
    const std::string code0 = "start web (it exited with code 0)";
    const std::string code1 = "start web (it exited with code 1)";
    const auto removing = [](situation& s) {
      const auto& c = container_of(s, "web");
      s.half_removed[c.id] = c.started;
    };
    const auto started_since = [](situation& s) {
      s.half_removed[container_of(s, "web").id] = wall_time{std::chrono::hours{1}};
    };
    check({
      {"no, and its removal failed half-way",
        exited(mode::no, 137).but(removing),
        {"start web (it was stopped to be removed, and stays)"}},
      {"no, its removal failed once, and it was started since",
        exited(mode::no, 137).but(started_since),
        {}},
      {"always, code 0", exited(mode::always, 0), {code0}},
      {"always, code 1", exited(mode::always, 1), {code1}},
      {"always, stopped from outside", exited(mode::always, 0).but(stopped), {code0}},
      {"on-failure, code 0", exited(mode::on_failure, 0), {}},
      {"on-failure, code 1", exited(mode::on_failure, 1), {code1}},
      {"on-failure, code 1, stopped from outside",
        exited(mode::on_failure, 1).but(stopped),
        {code1}},
      {"unless-stopped, code 0", exited(mode::unless_stopped, 0), {code0}},
      {"unless-stopped, code 1", exited(mode::unless_stopped, 1), {code1}},
      {"unless-stopped, stopped from outside", exited(mode::unless_stopped, 1).but(stopped), {}},
      {"no, code 0", exited(mode::no, 0), {}},
      {"no, code 1", exited(mode::no, 1), {}},
      {"no address for the userland proxy: always",
        exited(mode::always, 0).container_of("web", failed_proxy),
        {code0}},
      {"no address for the userland proxy: on-failure",
        exited(mode::on_failure, 0).container_of("web", failed_proxy),
        {code0}},
      {"no address for the userland proxy: unless-stopped and stopped",
        exited(mode::unless_stopped, 0).but(stopped).container_of("web", failed_proxy),
        {code0}},
      {"no address for the userland proxy: no",
        exited(mode::no, 0).container_of("web", failed_proxy),
        {code0}},
      {"another error of the proxy", exited(mode::no, 128).container_of("web", other_error), {}},
      {"a start that failed waits",
        exited(mode::always, 1).failed("service:7/web"),
        {"wait, back-off: " + code1 + ": no answer"}},
      {"users' locks do not forbid it", exited(mode::always, 1).locked("web"), {code1}},
    });
  }

  TEST_CASE("services: the pause after a failed start holds back that container alone") {
    const auto about = [](const std::string& id) {
      return [id](situation& s) { s.failures.at("service:7/web").about.value = id; };
    };
    const auto exited =
      device{}.running({"web"}).looked().has_exited("web", 1).failed("service:7/web");
    const auto other = device{exited}.wants({service{"web"}.env("A", "1")});
    const std::string waits = "wait, back-off: start web (it exited with code 1): no answer";
    check({
      {"its start waits", device{exited}.but(about("web-1")), {waits}},
      {"another one's does not",
        device{exited}.but(about("web-0")),
        {"start web (it exited with code 1)"}},
      {"what replaces it does not",
        device{other}.but(about("web-1")),
        {"kill web (env(A) differs)"}},
      {"nor does the new one",
        device{other}.but(about("web-1")).gone("web"),
        {"start web (it has no container)"}},
      {"a failure of the service as such holds back all",
        device{other},
        {"wait, back-off: kill web (env(A) differs): no answer"}},
    });
  }

  TEST_CASE("services: a container that the engine cannot start any more is made anew") {
    const auto broken = [](const std::string& id) {
      return [id](situation& s) { s.broken[container_id{id}] = "task 5: already exists"; };
    };
    const auto is_started_by_hand = [](situation& s) {
      service_hold hold;
      hold.app = app_id{7};
      hold.service = service_name{"web"};
      hold.running = true;
      s.asked.holds.push_back(hold);
    };
    service rebooting{"web"};
    rebooting.it.config.labels["io.balena.update.requires-reboot"] = "1";
    const auto exited = device{}.running({"web"}).looked().has_exited("web", 137);
    const auto created = device{}.running({"web"}).looked().is("web", state::created);
    const std::string cause = "it cannot be started any more: task 5: already exists";
    const std::string kill = "kill web (" + cause + ')';
    const std::string start = "start web (it exited with code 137)";
    const std::string kept = "start web (it exited with code 137, and is not replaced yet)";
    const std::string lock =
      "wait, lock: web holds the update lock /locks/web/updates.lock (of user 0)";
    check({
      {"it has exited", device{exited}.but(broken("web-1")), {kill}},
      {"it was never up", device{created}.but(broken("web-1")), {kill}},
      {"another one says nothing of it", device{exited}.but(broken("web-0")), {start}},
      {"what runs is not touched", device{}.running({"web"}).looked().but(broken("web-1")), {}},
      {"nor what nobody wants to start",
        device{exited}.but(broken("web-1")).wants({service{"web"}.kept_stopped()}),
        {}},
      {"nor what is started by request alone: of the new one nobody would know that",
        device{exited}.but(broken("web-1")).but(is_started_by_hand),
        {start}},
      {"nor where the new one would only wait for a reboot",
        device{}.running({rebooting}).looked().has_exited("web", 137).but(broken("web-1")),
        {start}},
      {"only under our locks",
        device{}.running({"web"}).has_exited("web", 137).but(broken("web-1")),
        {"takeLock (before services are touched)"}},
      {"a user's lock is heeded, and it is tried on",
        device{exited}.locked("web").but(broken("web-1")),
        {kept, lock}},
      {"the same of one that was never up",
        device{created}.locked("web").but(broken("web-1")),
        {"start web (it was never started, and is not replaced yet)", lock}},
    });
  }

  TEST_CASE("spec 12.38: services start in the order of depends_on") {
    const auto two = device{}.running({"main", service{"dep"}.after("main")}).looked();
    const auto neither = device{two}.gone("main").gone("dep");
    const std::string waiting = "wait, dependency: dep: started after main";
    check({
      {"both are new: only the first starts",
        device{neither},
        {"start main (it has no container)", waiting}},
      {"the first has a container that was never started",
        device{two}.gone("dep").is("main", state::created),
        {"start main (it was never started)", waiting}},
      {"the first is being started",
        device{two}.gone("dep").busy("service:7/main"),
        {waiting, "wait, in progress: main: a step is under way"}},
      {"the first runs", device{two}.gone("dep"), {"start dep (it has no container)"}},
      {"having been started once is enough",
        device{two}.gone("dep").but([](auto& s) {
          container_of(s, "main").config.restart.mode = restart_mode::no;
          target_of(s).release->services[1].config.restart.mode = restart_mode::no;
          container_of(s, "main").state = state::exited;
        }),
        {"start dep (it has no container)"}},
      {"while the engine restarts it too",
        device{two}.gone("dep").is("main", state::restarting),
        {"start dep (it has no container)",
          "wait, engine policy: main: the engine restarts it; last exit code 0"}},
      {"the first is to be replaced",
        device{two}.gone("dep").container_of("main", [](auto& c) { c.config.user = "x"; }),
        {"kill main (user differs)", waiting}},
      {"the first is being removed",
        device{two}.gone("dep").is("main", state::removing),
        {waiting, "wait, in progress: main: its old container is being removed"}},
      {"the second has a container that was never started",
        device{two}.gone("main").is("dep", state::created),
        {"start main (it has no container)", waiting}},
      {"a running second one does not go with the first",
        device{two}.gone("main"),
        {"start main (it has no container)"}},
      {"a service that is kept stopped is not waited for",
        device{two}
          .gone("dep")
          .wants({service{"main"}.kept_stopped(), service{"dep"}.after("main")})
          .has_exited("main", 0),
        {"start dep (it has no container)"}},
      {"a name that the release does not have is not waited for",
        device{}.running({service{"dep"}.after("other")}).gone("dep").looked(),
        {"start dep (it has no container)"}},
      {"of two, the one that is missing is told",
        device{}
          .running({"main", "more", service{"dep"}.after("main").after("more")})
          .gone("dep")
          .gone("more")
          .looked(),
        {"start more (it has no container)", "wait, dependency: dep: started after more"}},
      {"only a rename is left of the first: it has been started",
        device{two}.gone("dep").wants({"main", service{"dep"}.after("main")}, "c2").fetched_all(),
        {"updateMetadata main (same configuration in the new release)",
          "start dep (it has no container)",
          "removeImage dep:1 of dep (no release and no container needs it)"}},
    });
  }

  TEST_CASE("services: a service in another's network follows it") {
    auto guest = service{"web"};
    guest.it.config.network_mode = "service:db";
    guest.it.config.networks.clear();
    guest.after("db");
    const auto in_db = [](const std::string& id) {
      return [id](container& c) { c.config.network_mode = "container:" + id; };
    };
    const auto both = device{}.running({"db", guest}).looked().container_of("web", in_db("db-1"));
    check({
      {"it is in the other's network", device{both}, {}},
      {"the other was made anew",
        device{both}.container_of("web", in_db("db-0")),
        {"kill web (network_mode differs)"}},
      {"the other has gone: both are made anew",
        device{both}.gone("db"),
        {"kill web (network_mode differs)", "start db (it has no container)"}},
      {"it waits for the other",
        device{both}.gone("db").gone("web"),
        {"start db (it has no container)", "wait, dependency: web: started after db"}},
    });
  }
}

} // namespace
} // namespace copal::planning::situations
