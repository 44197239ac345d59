#include "actors/planning/plan/plan_locks.hpp"
#include "tests/actors/planning/situations.hpp"

#include <doctest/doctest.h>

// Whole plans: from one release to the next, and what a plan is not made for.

namespace copal::planning::situations {
namespace {

using state = container_state;

TEST_SUITE("planning: plan") {
  TEST_CASE("plan: nothing to do") {
    check({
      {"a device without a target and without anything", device{}, {}},
      {"the release runs", device{}.running({"web", "db"}), {}},
      {"two apps run", device{}.running({"web"}).app(8).running({"web"}), {}},
      {"an app without a release, and nothing of it is left", device{}.wants_no_release(), {}},
      {"a failure that was paused for is nothing to wait for",
        device{}.running({"web"}).failed("service:7/web"),
        {}},
    });
  }

  TEST_CASE("plan: without the whole view nothing is done") {
    const auto wants = device{}.wants({"web"});
    check({
      {"the engine is away",
        device{wants}.but([](auto& s) { s.engine.complete = false; }),
        {"wait, engine away: the engine is not there"}},
      {"the record of images is away",
        device{wants}.but([](auto& s) { s.images.complete = false; }),
        {"wait, engine away: the record of images is not there"}},
      {"both are away",
        device{wants}.but([](auto& s) { s.images.complete = s.engine.complete = false; }),
        {"wait, engine away: the engine is not there"}},
      {"even when all runs",
        device{}.running({"web"}).but([](auto& s) { s.engine.complete = false; }),
        {"wait, engine away: the engine is not there"}},
    });
  }

  TEST_CASE("plan: a first installation, from the empty device to the running release") {
    check({
      {"first the image, and the network beside it",
        device{}.wants({"web"}),
        {"fetch web:1 (the engine does not have it)",
          "createNetwork a7_default (it does not exist)",
          "wait, dependency: web: started when a7_default is there"}},
      {"while the image comes",
        device{}.wants({"web"}).fetching("web:1", 40).but([](auto& s) {
          s.engine.networks = {network_of(7, "default")};
        }),
        {"wait, fetching: fetching web:1, 40 %",
          "wait, dependency: web: started when all images of its release are there"}},
      {"then the container",
        device{}.running({"web"}).gone("web").looked(),
        {"start web (it has no container)"}},
      {"while it starts",
        device{}.running({"web"}).gone("web").looked().busy("service:7/web"),
        {"wait, in progress: web: a step is under way"}},
      {"then the release is recorded",
        device{}.running({"web"}).but([](auto& s) { s.commits.clear(); }),
        {"updateCommit c1 (release complete)"}},
    });
  }

  TEST_CASE("plan: an update, from release to release") {
    const auto updating = device{}.running({"web"}).wants({service{"web"}.from("web:2")}, "c2");
    check({
      {"first the new image, and the old one is kept",
        device{updating},
        {"fetch web:2 (the engine does not have it)",
          "wait, fetching: web: replaced when all images of its release are there"}},
      {"then the locks are taken",
        device{updating}.fetched_all(),
        {"takeLock (before services are touched)"}},
      {"then the old container goes",
        device{updating}.fetched_all().looked(),
        {"kill web (image differs)"}},
      {"while it is being removed",
        device{updating}.fetched_all().looked().is("web", state::removing),
        {"wait, in progress: web: its old container is being removed"}},
      {"then the new one comes, and the old image goes",
        device{updating}.fetched_all().looked_earlier().gone("web"),
        {"start web (it has no container)",
          "removeImage web:1 of web (no release and no container needs it)"}},
      {"then the release is recorded",
        device{}.running({"web"}, "c2").but([](auto& s) { s.commits[{7}] = {"c1"}; }),
        {"updateCommit c2 (release complete)"}},
    });
  }

  TEST_CASE("plan: a commit is recorded only when nothing of the app is left to do") {
    const auto updated =
      device{}.running({"web", "db"}, "c2").but([](auto& s) { s.commits[{7}] = {"c1"}; });
    check({
      {"all is done", device{updated}, {"updateCommit c2 (release complete)"}},
      {"a service is to be started",
        device{updated}.is("web", state::created),
        {"start web (it was never started)"}},
      {"a service that the engine keeps restarting has been started: the release is complete",
        device{updated}.is("web", state::restarting),
        {"updateCommit c2 (release complete)",
          "wait, engine policy: web: the engine restarts it; last exit code 0"}},
      {"an old network is still in use",
        device{updated}.but([](auto& s) { s.engine.networks.push_back(network_of(7, "old")); }),
        {"removeNetwork a7_old (not in the target)"}},
      {"another app is not done",
        device{updated}.app(8).running({"web"}).gone("web").looked(),
        {"updateCommit c2 (release complete)", "start web (it has no container)"}},
      {"old images go at the same time",
        device{updated}.old_row("web:0", "web"),
        {"updateCommit c2 (release complete)",
          "removeImage web:0 of web (no release and no container needs it)"}},
      {"it is being recorded",
        device{updated}.busy("commit:7"),
        {"wait, in progress: updateCommit c2 (release complete)"}},
      {"it could not be recorded",
        device{updated}.failed("commit:7"),
        {"wait, back-off: updateCommit c2 (release complete): no answer"}},
    });
  }

  TEST_CASE("plan: what is forgotten with an app") {
    check({
      {"an app without a release forgets its commit",
        device{}.wants_no_release().but([](auto& s) { s.commits[{7}] = {"c1"}; }),
        {"updateCommit (no release)"}},
      {"so does an app that has gone without a trace",
        device{}.but([](auto& s) { s.commits[{7}] = {"c1"}; }),
        {"updateCommit (the app is gone)"}},
      {"not before its containers have gone",
        device{}.running({"web"}).does_not_want_the_app().looked(),
        {"kill web (not in the target)", "wait, in use: a7_default goes when web has gone"}},
    });
  }

  TEST_CASE("spec 12.27: an app leaves the target") {
    const auto leaving =
      device{}.running({service{"web"}.volume("data"), "db"}).does_not_want_the_app();
    const auto keeps_volumes = [](situation& s) { s.target.keeps_volumes = true; };
    check({
      {"locks first",
        device{leaving},
        {"takeLock (before services are touched)",
          "wait, in use: 7_data goes when web has gone",
          "wait, in use: a7_default goes when db has gone"}},
      {"then the services",
        device{leaving}.looked(),
        {"kill db (not in the target)",
          "kill web (not in the target)",
          "wait, in use: 7_data goes when web has gone",
          "wait, in use: a7_default goes when db has gone"}},
      {"then networks, volumes and images",
        device{leaving}.gone("web").gone("db"),
        {"removeVolume 7_data (not in the target)",
          "removeNetwork a7_default (not in the target)",
          "removeImage db:1 of db (no release and no container needs it)",
          "removeImage web:1 of web (no release and no container needs it)"}},
      {"a target that keeps volumes: locks first, too",
        device{leaving}.but(keeps_volumes),
        {"takeLock (before services are touched)",
          "wait, in use: a7_default goes when db has gone"}},
      {"then networks and images",
        device{leaving}.but(keeps_volumes).gone("web").gone("db"),
        {"removeNetwork a7_default (not in the target)",
          "removeImage db:1 of db (no release and no container needs it)",
          "removeImage web:1 of web (no release and no container needs it)"}},
      {"an app without a release keeps its volumes",
        device{}.running({service{"web"}.volume("data")}).gone("web").wants_no_release(),
        {"removeNetwork a7_default (not in the target)",
          "removeImage web:1 of web (no release and no container needs it)"}},
      {"its services go without waiting for anything",
        device{}.running({"web"}).wants_no_release().looked(),
        {"kill web (not in the target)", "wait, in use: a7_default goes when web has gone"}},
    });
  }

  TEST_CASE("spec 12.27: the locks of an app that left are given back last") {
    const auto leaving =
      device{}.running({service{"web"}.volume("data")}).does_not_want_the_app().looked();
    const auto without = [](bool volumes) {
      return [volumes](situation& s) {
        s.engine.containers.clear();
        s.engine.networks.clear();
        s.images.rows.clear();
        s.images.engine.clear();
        if (volumes)
          s.engine.volumes.clear();
      };
    };
    const auto keeps_volumes = [](situation& s) { s.target.keeps_volumes = true; };
    const std::string release = "releaseLock (nothing is stopped any more)\n";
    const struct {
      std::string name;
      situation s;
      std::string expected; ///< The plan's end.
    } rows[] = {
      {"not before its containers have gone",
        device{leaving},
        "wait, in use: a7_default goes when web has gone\n"},
      {"not while the engine is stopping one",
        device{leaving}.but(without(true)).busy("service:7/web"),
        "updateCommit (the app is gone)\n"},
      {"with the last of its parts", device{leaving}.but(without(true)), release},
      {"a volume that is kept does not keep them",
        device{leaving}.but(keeps_volumes).but(without(false)),
        release},
    };
    for (const auto& row : rows) {
      CAPTURE(row.name);
      auto made = make_plan(row.s);
      add_releases(row.s, made);
      const auto text = told(made);
      CAPTURE(text);
      CHECK(text.ends_with(row.expected));
      CHECK((text.find("releaseLock") != std::string::npos) == (row.expected == release));
    }
  }

  TEST_CASE("spec 12.56: an app under another uuid keeps its containers and volumes") {
    const auto renamed = [](situation& s) {
      auto& volume = s.engine.volumes.front();
      volume.config.labels["io.balena.app-uuid"] = "b7";
    };
    check({
      {"the volume is labelled with the uuid of before",
        device{}.running({service{"web"}.volume("data")}).but(renamed),
        {}},
      {"the app is gone, and its parts bear both uuids",
        device{}
          .running({service{"web"}.volume("data")})
          .but(renamed)
          .does_not_want_the_app()
          .looked(),
        {"kill web (not in the target)", "wait, in use: a7_default goes when web has gone"}},
    });
  }

  TEST_CASE("plan: a step that is under way or backs off holds only itself back") {
    const auto updating =
      device{}.running({"web", "db"}).wants({service{"web"}.env("A", "1"), "db"}).looked();
    check({
      {"nothing holds it", device{updating}, {"kill web (env(A) differs)"}},
      {"our step is under way",
        device{updating}.busy("service:7/web"),
        {"wait, in progress: web: a step is under way"}},
      {"the actor's step is under way",
        device{updating}.but([](auto& s) { s.engine.busy = {"service:7/web"}; }),
        {"wait, in progress: web: a step is under way"}},
      {"a step on another service is under way",
        device{updating}.busy("service:7/db"),
        {"kill web (env(A) differs)", "wait, in progress: db: a step is under way"}},
      {"it failed and waits",
        device{updating}.failed("service:7/web"),
        {"wait, back-off: kill web (env(A) differs): no answer"}},
      {"it failed and has waited",
        device{updating}.failed("service:7/web", false),
        {"kill web (env(A) differs)"}},
      {"what waits needs no look at the locks",
        device{updating}.failed("service:7/web").but([](auto& s) { s.locks.clear(); }),
        {"wait, back-off: kill web (env(A) differs): no answer"}},
      {"another app's failure",
        device{updating}.failed("service:8/web"),
        {"kill web (env(A) differs)"}},
    });
  }

  TEST_CASE("plan: update locks") {
    const auto updating =
      device{}.running({"web", "db"}).wants({service{"web"}.env("A", "1"), "db"});
    const auto missing = device{}.running({"web", "db"}).gone("web");
    check({
      {"without locks of ours no service is stopped",
        device{updating},
        {"takeLock (before services are touched)"}},
      {"that nobody held one is not enough to stop",
        device{updating}.looked_earlier(),
        {"takeLock (before services are touched)"}},
      {"ours are", device{updating}.looked(), {"kill web (env(A) differs)"}},
      {"any service of the app may hold the lock",
        device{updating}.locked("db"),
        {"wait, lock: db holds the update lock /locks/db/updates.lock (of user 0)"}},
      {"force takes them from the user",
        device{updating}.locked("db").forced(),
        {"takeLock (before services are touched)"}},
      {"force takes them, too",
        device{updating}.forced(),
        {"takeLock (before services are touched)"}},
      {"another app's are none",
        device{updating}.app(8).looked(),
        {"takeLock (before services are touched)"}},
      {"what is missing is created without a lock",
        device{missing},
        {"start web (it has no container)"}},
      {"what is missing is created although a user holds a lock",
        device{missing}.locked("db"),
        {"start web (it has no container)"}},
      {"a release that replaces something comes as a whole",
        device{missing}.wants({"web", service{"db"}.env("A", "1")}).locked("db"),
        {"wait, lock: db holds the update lock /locks/db/updates.lock (of user 0)"}},
      {"creating waits until the locks for stopping are taken",
        device{missing}.wants({"web", service{"db"}.env("A", "1")}),
        {"takeLock (before services are touched)"}},
      {"starting what exists needs no lock",
        device{}.running({"web", "db"}).is("web", state::created).locked("db"),
        {"start web (it was never started)"}},
      {"they are being taken",
        device{updating}.busy("locks:7"),
        {"wait, in progress: takeLock (before services are touched)"}},
      {"they could not be taken",
        device{updating}.failed("locks:7"),
        {"wait, back-off: takeLock (before services are touched): no answer"}},
      {"images and networks come although an update is locked",
        device{}
          .running({"web"})
          .wants({service{"web"}.env("A", "1"), "db"})
          .locked("web")
          .but([](auto& s) { s.engine.networks.clear(); }),
        {"fetch db:1 (the engine does not have it)",
          "createNetwork a7_default (it does not exist)",
          "wait, dependency: db: started when a7_default is there",
          "wait, fetching: web: replaced when all images of its release are there"}},
    });
  }

  TEST_CASE("plan: the locks of all services are taken, there and wanted") {
    const auto p = make_plan(
      device{}.running({"old", "web"}).wants({"web", "db"}).fetched_all().but([](auto& s) {
        s.images.fetching.clear();
      }));
    REQUIRE(p.steps.size() == 1);
    const auto* look = std::get_if<take_locks>(&p.steps.front().action);
    REQUIRE(look != nullptr);
    CHECK((look->services == std::vector<service_name>{{"db"}, {"old"}, {"web"}}));
  }
}

} // namespace
} // namespace copal::planning::situations
