#include "tests/actors/planning/situations.hpp"

#include <algorithm>

#include <doctest/doctest.h>

// What becomes of each service. Source: spec/state-engine.md §5.2 and §5.3.

namespace copal::planning::situations {
namespace {

using state = container_state;
using strategy = update_strategy;

const std::string waits_for_images =
  "wait, fetching: web: replaced when all images of its release are there";
const std::string starts_after_images =
  "wait, dependency: web: started when all images of its release are there";

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
    check({
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

  TEST_CASE("spec 12.34: download-then-kill waits for all images of the release") {
    const auto two = device{}.running({"web", "db"}).looked();
    const std::string db_waits =
      "wait, fetching: db: replaced when all images of its release are there";
    const auto want = [](strategy how) {
      return std::vector<service>{
        service{"web"}.env("A", "1").by(how), service{"db"}.from("db:2").by(how)};
    };
    check({
      {"one image is missing: no container goes, also not where nothing is missing",
        device{two}.wants(want(strategy::download_then_kill)),
        {"fetch db:2 (the engine does not have it)", db_waits, waits_for_images}},
      {"hand-over waits the same way",
        device{two}.wants(want(strategy::hand_over)),
        {"fetch db:2 (the engine does not have it)", db_waits, waits_for_images}},
      {"all images are there",
        device{two}.wants(want(strategy::download_then_kill)).fetched_all(),
        {"kill db (image differs)", "kill web (env(A) differs)"}},
      {"a service that leaves waits too",
        device{two}.wants({"db", "new"}),
        {"fetch new:1 (the engine does not have it)",
          "wait, fetching: web: removed when all images of the release are there",
          "wait, dependency: new: started when all images of its release are there"}},
    });
  }

  TEST_CASE("services: after the loss of all rows no container is taken for another one") {
    const auto lost = [](auto& s) {
      s.images.rows.clear();
      s.images.facts.clear();
    };
    for (const auto by : {strategy::kill_then_download, strategy::delete_then_download}) {
      const auto now = device{}.running({service{"web"}.by(by)}).looked();
      check({
        {"what differs may come from its image",
          device{now}.container_of("web", [](auto& c) { c.config.command = {"x"}; }).but(lost),
          {"saveImage web:1 (the engine has it already)",
            "wait, in progress: web: its image has not been looked at yet"}},
        {"known again, it is compared",
          device{now}.container_of("web", [](auto& c) { c.config.command = {"x"}; }),
          {"kill web (command differs)"}},
      });
    }
  }

  TEST_CASE("spec 12.35: kill-then-download removes the container before it fetches") {
    const auto wanted = service{"web"}.from("web:2").by(strategy::kill_then_download);
    const auto updating = device{}.running({"web", "db"}).wants({wanted, "db"}).looked();
    const std::string after = "wait, dependency: fetch web:2 when the old container has gone";
    check({
      {"the container goes at once, and is waited for",
        device{updating},
        {"kill web (image differs)", after}},
      {"nobody looked",
        device{updating}.but([](auto& s) { s.locks.clear(); }),
        {"takeLock (before services are touched)", after}},
      {"a lock forbids it",
        device{updating}.locked("web"),
        {after, "wait, lock: web holds the update lock /locks/web/updates.lock (of user 0)"}},
      {"a new service's image is fetched meanwhile",
        device{updating}.wants({wanted, "db", "new"}),
        {"fetch new:1 (the engine does not have it)",
          "kill web (image differs)",
          after,
          "wait, dependency: new: started when all images of its release are there"}},
      {"it is being removed",
        device{updating}.is("web", state::removing),
        {after, "wait, in progress: web: its old container is being removed"}},
      {"it has gone: fetched, and the old image is kept till then",
        device{updating}.gone("web"),
        {"fetch web:2 (the engine does not have it)", starts_after_images}},
      {"the image is there",
        device{updating}.gone("web").fetched_all(),
        {"start web (it has no container)",
          "removeImage web:1 of web (no release and no container needs it)"}},
      {"the image was there all the time",
        device{updating}.fetched_all(),
        {"kill web (image differs)"}},
    });
  }

  TEST_CASE("spec 12.36: delete-then-download removes the old image before it fetches") {
    const auto wanted = service{"web"}.from("web:2").by(strategy::delete_then_download);
    const auto updating = device{}.running({"web", "db"}).wants({wanted, "db"}).looked();
    const std::string removal = "removeImage web:1 of web (no release and no container needs it)";
    check({
      {"first the container goes",
        device{updating},
        {"kill web (image differs)",
          "wait, dependency: fetch web:2 when the old container has gone"}},
      {"then the image",
        device{updating}.gone("web"),
        {removal,
          "wait, dependency: fetch web:2 when the old image has gone",
          starts_after_images}},
      {"then the new one is fetched",
        device{updating}.gone("web").but([](auto& s) {
          std::erase_if(s.images.rows, [](const auto& r) { return r.name == "web:1"; });
        }),
        {"fetch web:2 (the engine does not have it)", starts_after_images}},
      {"a row alone goes where another service runs from the image",
        device{}
          .running({"web", service{"db"}.from("web:1")})
          .wants({wanted, service{"db"}.from("web:1")})
          .looked()
          .gone("web"),
        {removal,
          "wait, dependency: fetch web:2 when the old image has gone",
          starts_after_images}},
      {"an old image that a leaving service runs from is not waited for: that waits for us",
        device{}.running({"web", service{"db"}.from("web:1")}).wants({wanted}).looked().gone("web"),
        {"fetch web:2 (the engine does not have it)",
          "wait, fetching: db: removed when all images of the release are there",
          starts_after_images}},
      {"the removal failed: somebody else uses it, and is not waited for",
        device{updating}.gone("web").failed("image:web:1"),
        {"fetch web:2 (the engine does not have it)",
          starts_after_images,
          "wait, back-off: " + removal + ": no answer"}},
    });
  }

  TEST_CASE("spec 12.41: hand-over is a plain replacement when a network changes") {
    const auto handing = service{"web"}.by(strategy::hand_over);
    check({
      {"the network is made anew",
        device{}.running({handing}).looked().but(
          [](auto& s) { s.engine.networks.front().config.internal = true; }),
        {"kill web (a7_default is made anew)", "wait, in use: a7_default goes when web has gone"}},
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
