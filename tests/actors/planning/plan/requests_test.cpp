#include "actors/planning/plan/requests.hpp"

#include "tests/actors/planning/situations.hpp"

#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

namespace copal::planning::situations {
namespace {

using requests::perform;
using requests::verb;
using state = container_state;

/// What is told, without the end of its last line.
std::string lines(const plan& made) {
  auto out = told(made);
  if (!out.empty())
    out.pop_back();
  return out;
}

device at_rest() {
  return device{}.running({service{"web"}.volume("data"), "db"}).looked().but([](situation& s) {
    s.boot = host::boot_facts{"boot-1", wall_time{}, false};
  });
}

/// A device of which this is asked, begun in the situation before.
struct asked {
  device given;
  errand doing;

  asked(device before, const perform& what) : given(std::move(before)) {
    const auto begun = begin_errand(what, given.now);
    REQUIRE(begun);
    doing = *begun;
    look();
  }
  void look() { given.now.asked = wishes_of({}, {doing}, given.now); }
  asked& then(const std::function<void(device&)>& change) {
    change(given);
    look();
    return *this;
  }
  [[nodiscard]] std::string plan() const { return lines(plan_as_asked(given.now)); }
  [[nodiscard]] std::optional<result<requests::performed>> judged(
    const std::vector<step>& running = {}) const {
    return judge(doing, given.now, plan_as_asked(given.now), running);
  }
};

service_hold hold_of(const situation& s, const std::string& service, bool running = false) {
  for (const auto& c : s.engine.containers) {
    if (c.who.name.value == service)
      return {c.who.app, c.who.name, running, c.who.commit, c.what.id, c.what.started, "boot-1"};
  }
  return {};
}

TEST_SUITE("planning: requests") {
  TEST_CASE("spec 12.51: a purge takes the locks, kills, removes the volumes, and makes all anew") {
    auto purge = asked{
      at_rest().but([](situation& s) { s.locks.clear(); }), {verb::purge_app, {7}, {}, false}};
    CHECK(purge.plan().starts_with("takeLock (before services are touched)"));
    purge.then([](device& d) { d.looked(); });
    const auto kills = purge.plan();
    CHECK(kills.find("kill db (a purge was asked for)") != std::string::npos);
    CHECK(kills.find("kill web (a purge was asked for)") != std::string::npos);
    CHECK(kills.find("removeVolume") == std::string::npos);
    // Both are being stopped: nothing but waiting.
    purge.then([](device& d) { d.busy("service:7/web").busy("service:7/db"); });
    CHECK(make_plan(purge.given.now).steps.empty());
    CHECK(!is_emptied(purge.doing, purge.given.now));
    // One has gone, and is not made before the other has.
    purge.then([](device& d) { d.gone("db").now.busy.erase("service:7/db"); });
    CHECK(make_plan(purge.given.now).steps.empty());
    purge.then([](device& d) { d.gone("web").now.busy.clear(); });
    CHECK(purge.plan().starts_with("removeVolume 7_data (a purge was asked for)"));
    CHECK(purge.plan().find("install") == std::string::npos);
    CHECK(!is_emptied(purge.doing, purge.given.now));
    purge.then([](device& d) { d.now.engine.volumes.clear(); });
    CHECK(is_emptied(purge.doing, purge.given.now));
    CHECK(make_plan(purge.given.now).steps.empty());
    CHECK(!purge.judged());
    purge.doing.emptying = false;
    purge.look();
    CHECK(purge.plan().find("createVolume 7_data (it does not exist)") != std::string::npos);
    CHECK(purge.plan().find("start db (it has no container)") != std::string::npos);
    CHECK(!purge.judged());
  }

  TEST_CASE("requests: a purge removes the app's volumes and nobody else's") {
    const auto d = at_rest().but([](situation& s) {
      auto kept = volume_of(7, "old"); // No longer in the target.
      auto other = volume_of(8, "data");
      auto stranger = volume_of(7, "theirs");
      stranger.config.labels.clear();
      auto adopted = volume_of(7, "data");
      adopted.config.labels.clear();
      s.engine.volumes = {adopted, kept, stranger, other};
    });
    CHECK(volumes_to_purge(d.now, {7}) == std::set<std::string>{"7_data", "7_old"});
    CHECK(volumes_to_purge(d.now, {9}).empty());
  }

  TEST_CASE("requests: whatever its strategy, what is restarted goes when it can come back") {
    for (const auto strategy : {update_strategy::download_then_kill,
           update_strategy::kill_then_download,
           update_strategy::hand_over}) {
      const auto d =
        device{}.running({service{"web"}.by(strategy), "db"}).looked().but([](situation& s) {
          s.boot = host::boot_facts{"boot-1", wall_time{}, false};
        });
      asked restart{d, {verb::restart_service, {7}, {"web"}, false}};
      CHECK(restart.plan() == "kill web (a restart was asked for)");
      CHECK(!restart.judged());
      // A new release came meanwhile, and its image has not.
      restart.then([&](device& x) {
        x.wants({service{"web"}.from("web:2").by(strategy), "db"}, "c2");
      });
      // One goes first by its own strategy; the others wait.
      const auto goes_first = strategy == update_strategy::kill_then_download;
      CHECK((restart.plan().find("kill web") != std::string::npos) == goes_first);
      CHECK(restart.plan().find("fetch web") != std::string::npos);
    }
  }

  TEST_CASE("requests: a restart is done when the new container has been started") {
    asked restart{at_rest(), {verb::restart_service, {7}, {"web"}, false}};
    restart.then([](device& d) { d.gone("web"); });
    CHECK(!restart.judged());
    restart.then([](device& d) {
      supervised_container again;
      again.who = d.now.engine.containers.front().who;
      again.who.name.value = "web";
      again.what.id.value = "web-again";
      again.what.state = state::created;
      d.now.engine.containers.push_back(again);
    });
    CHECK(!restart.judged());
    restart.then([](device& d) { d.is("web", state::running); });
    const auto done = restart.judged();
    REQUIRE(done);
    REQUIRE(*done);
    CHECK((*done)->container.value == "web-again");
  }

  TEST_CASE("requests: a stop holds, with its reason, until something else holds") {
    asked stop{at_rest(), {verb::stop_service, {7}, {"web"}, false}};
    CHECK(stop.plan() == "stop web (a stop was asked for)");
    const auto begun = plan_as_asked(stop.given.now).steps;
    CHECK(!stop.judged());
    REQUIRE(stop.judged(begun)); // The answer does not wait for the stop.
    CHECK(stop.judged(begun)->has_value());
    CHECK(stop.doing.is_kept);

    const auto now = at_rest().has_exited("web", 143).now;
    const auto hold = hold_of(now, "web");
    const struct {
      const char* name;
      std::function<void(situation&)> change;
      bool holds;
    } rows[] = {
      {"nothing happened", [](situation&) {}, true},
      {"the engine is away", [](situation& s) { s.engine = {}; }, true},
      {"its container is gone",
        [](situation& s) { s.engine.containers.erase(s.engine.containers.begin() + 1); },
        false},
      {"somebody started it",
        [](situation& s) { container_of(s, "web").started += std::chrono::seconds{1}; },
        false},
      {"the engine started it while it was being stopped",
        [](situation& s) {
          container_of(s, "web").started += std::chrono::seconds{1};
          s.busy.insert("service:7/web");
        },
        true},
      {"another release", [](situation& s) { target_of(s).release->commit.value = "c2"; }, false},
      {"the service left the target",
        [](situation& s) { target_of(s).release->services.pop_back(); },
        false},
      {"the app left the target", [](situation& s) { s.target.apps.clear(); }, false},
      {"its app's next release cannot run here",
        [](situation& s) {
          target_of(s).release.reset();
          target_of(s).rejected = rejection{};
        },
        true},
    };
    for (const auto& row : rows) {
      CAPTURE(row.name);
      auto s = now;
      row.change(s);
      CHECK(is_in_force(hold, s, "boot-1") == row.holds);
    }
    CHECK(is_in_force(hold, now, ""));
    CHECK(!is_in_force(hold, now, "boot-2"));
  }

  TEST_CASE("requests: a stop that an update carries out holds what the update has made") {
    auto d = at_rest().wants({service{"web"}.env("A", "1").volume("data"), "db"}).fetched_all();
    asked stop{d, {verb::stop_service, {7}, {"web"}, false}};
    CHECK(stop.plan() == "kill web (env(A) differs)");
    // The update's new container is not started.
    stop.then([](device& x) {
      x.gone("web").but([](situation& s) {
        auto again = s.engine.containers.front();
        again.who.name.value = "web";
        again.what.id.value = "web-again";
        again.what.name = "web_70_1_c1";
        again.what.state = state::created;
        s.engine.containers.push_back(again);
      });
    });
    const auto done = stop.judged();
    REQUIRE(done);
    REQUIRE(*done);
    const auto hold = hold_of(stop.doing, stop.given.now, **done);
    CHECK(hold.container.value == "web-again");
    CHECK(is_in_force(hold, stop.given.now, "boot-1"));
  }

  TEST_CASE("requests: what waits for the images of its next release is stopped and started") {
    for (const auto strategy : {update_strategy::download_then_kill, update_strategy::hand_over}) {
      CAPTURE(to_string(strategy));
      const auto waiting = [&] {
        return device{}
          .running({service{"web"}.by(strategy), "db"})
          .looked()
          .wants({service{"web"}.from("web:2").by(strategy), "db"}, "c2")
          .fetching("web:2")
          .but([](situation& s) {
            s.boot = host::boot_facts{"boot-1", wall_time{}, false};
          });
      };
      asked stop{waiting(), {verb::stop_service, {7}, {"web"}, false}};
      CHECK(stop.plan().find("\nstop web (a stop was asked for)\n") != std::string::npos);
      stop.then([](device& d) { d.has_exited("web", 143); });
      REQUIRE(stop.judged());
      CHECK(stop.judged()->has_value());
      CHECK(stop.plan().find("start web") == std::string::npos);
      CHECK(stop.plan().find("stop web") == std::string::npos);

      asked start{waiting().has_exited("web", 0), {verb::start_service, {7}, {"web"}, false}};
      CHECK(start.plan().find("\nstart web (a start was asked for)\n") != std::string::npos);
      // Nobody asked: all wait for the image.
      CHECK(lines(plan_as_asked(waiting().now)).find("stop web") == std::string::npos);
    }
    // A release that wants it stopped replaces it as a whole.
    const auto kept = device{}
                        .running({"web"})
                        .looked()
                        .wants({service{"web"}.from("web:2").kept_stopped()}, "c2")
                        .fetching("web:2");
    CHECK(lines(plan_as_asked(kept.now)).find("stop web") == std::string::npos);
  }

  TEST_CASE("requests: what is held is left alone, and the rest of the app is not") {
    auto d = at_rest().has_exited("web", 143).container_of("web", [](container& c) {
      c.config.restart.mode = restart_mode::always;
    });
    target_of(d.now).release->services.back().config.restart.mode = restart_mode::always;
    CHECK(lines(plan_as_asked(d.now)) == "start web (it exited with code 143)");
    const auto hold = hold_of(d.now, "web");
    d.now.asked = wishes_of({hold}, {}, d.now);
    CHECK(lines(plan_as_asked(d.now)).empty());
    d.gone("db");
    CHECK(lines(plan_as_asked(d.now)) == "start db (it has no container)");
    // It runs after all, in the same start: it is stopped.
    d.is("web", state::running);
    CHECK(lines(plan_as_asked(d.now)).find("stop web (a stop was asked for)") != std::string::npos);
  }

  TEST_CASE("requests: a start counts for every policy, and for what the target keeps stopped") {
    for (const auto mode : {restart_mode::no, restart_mode::on_failure, restart_mode::always}) {
      auto d = at_rest().has_exited("db", 0).container_of(
        "db", [mode](container& c) { c.config.restart.mode = mode; });
      target_of(d.now).release->services.front().config.restart.mode = mode;
      asked start{d, {verb::start_service, {7}, {"db"}, false}};
      CHECK(start.plan() == "start db (a start was asked for)");
      CHECK(!start.judged());
      start.then([](device& x) { x.is("db", state::running); });
      REQUIRE(start.judged());
      CHECK(start.judged()->has_value());
      CHECK(!start.doing.is_kept);
    }
    auto kept = device{}.running({service{"web"}.kept_stopped()}).looked();
    asked start{kept, {verb::start_service, {7}, {"web"}, false}};
    CHECK(start.plan() == "start web (it was never started)");
    CHECK(start.doing.is_kept);
    // And it holds: the target does not stop it again.
    kept.is("web", state::running);
    kept.now.asked = wishes_of({hold_of(kept.now, "web", true)}, {}, kept.now);
    CHECK(lines(plan_as_asked(kept.now)).empty());
  }

  TEST_CASE("requests: what is of no use is refused, with the words of the contract") {
    const auto text_of = [](const device& d, const perform& what) {
      const auto begun = begin_errand(what, d.now);
      return begun ? std::string{} : to_string(begun.error());
    };
    const auto d = at_rest();
    CHECK(text_of(d, {verb::restart_app, {8}, {}, false})
            .find("Application with ID 8 is not in the current state")
          != std::string::npos);
    CHECK(text_of(d, {verb::stop_service, {7}, {"cam"}, false})
            .find("Service does not exist in target release")
          != std::string::npos);
    CHECK(text_of(at_rest().gone("web"), {verb::stop_service, {7}, {"web"}, false})
            .find("Service not found, a container must exist for this endpoint to work")
          != std::string::npos);
    CHECK(text_of(at_rest().cannot_run(), {verb::purge_app, {7}, {}, false})
            .find("cannot run on this device")
          != std::string::npos);
    CHECK(text_of(at_rest().but([](situation& s) { s.engine.complete = false; }),
            {verb::purge_app, {7}, {}, false})
            .find("the engine is not there")
          != std::string::npos);
  }

  TEST_CASE("requests: a user's lock ends all but a start and what is forced") {
    const auto locked = at_rest().locked("db");
    const struct {
      verb what;
      bool force;
      bool refused;
    } rows[] = {
      {verb::stop_service, false, true},
      {verb::restart_service, false, true},
      {verb::restart_app, false, true},
      {verb::purge_app, false, true},
      {verb::start_service, false, false},
      {verb::stop_service, true, false},
      {verb::purge_app, true, false},
    };
    for (const auto& row : rows) {
      CAPTURE(to_string(row.what));
      CAPTURE(row.force);
      const auto whole = row.what == verb::restart_app || row.what == verb::purge_app;
      asked one{locked, {row.what, {7}, {whole ? "" : "web"}, row.force}};
      const auto how = one.judged();
      const auto refused = how && !*how;
      CHECK(refused == row.refused);
      if (refused)
        CHECK(
          (*how).error() == error{errc::conflict, "Lockfile exists for { appId: 7, service: db }"});
      if (row.force)
        CHECK(one.plan().find("takeLock") != std::string::npos);
      CHECK(one.given.now.asked.patient.contains({7})
            == (!row.force && row.what != verb::start_service));
      // Nor is it waited for when it cannot be deleted.
      one.then([](device& d) { d.now.force_vain.insert({7}); });
      const auto in_vain = one.judged();
      CHECK((in_vain && !*in_vain) == (row.what != verb::start_service));
    }
  }

  TEST_CASE("requests: while an app is restarted nothing of another is begun") {
    auto d = at_rest();
    d.app(8).running({"cam"}).gone("cam").app(7);
    asked restart{d, {verb::restart_app, {7}, {}, false}};
    const auto plan = restart.plan();
    CHECK(plan.find("kill web") != std::string::npos);
    CHECK(plan.find("wait, request: start cam") != std::string::npos);
    // A request on one service keeps nobody else waiting.
    asked stop{d, {verb::stop_service, {7}, {"web"}, false}};
    CHECK(stop.plan().find("\nstart cam") != std::string::npos);
  }

  TEST_CASE("requests: what the target no longer has is not waited for") {
    for (const auto what : {verb::restart_app, verb::purge_app, verb::restart_service}) {
      CAPTURE(to_string(what));
      const auto whole = what != verb::restart_service;
      asked one{at_rest(), {what, {7}, {whole ? "" : "web"}, false}};
      one.then([](device& d) { d.does_not_want_the_app(); });
      const auto how = one.judged();
      REQUIRE(how);
      REQUIRE(!*how);
      CHECK((*how).error().code == errc::unavailable);
    }
  }

  TEST_CASE("requests: a step of the app that fails is the answer") {
    const asked restart{at_rest(), {verb::restart_app, {7}, {}, false}};
    const asked stop{at_rest(), {verb::stop_service, {7}, {"web"}, false}};
    const step of_web{{7}, stop_container{{"web-1"}, {"web"}}, {}};
    const step of_db{{7}, stop_container{{"db-1"}, {"db"}}, {}};
    const step of_other{{8}, stop_container{{"web-1"}, {"web"}}, {}};
    const step commit{{7}, record_commit{}, {}};
    CHECK(is_part_of(restart.doing, of_web));
    CHECK(is_part_of(restart.doing, of_db));
    CHECK(!is_part_of(restart.doing, of_other));
    CHECK(!is_part_of(restart.doing, commit));
    CHECK(is_part_of(stop.doing, of_web));
    CHECK(!is_part_of(stop.doing, of_db));
  }

  TEST_CASE("spec 12.50: a service that asks for a reboot starts after one") {
    const auto label = [](target_service& s) {
      s.config.labels["io.balena.update.requires-reboot"] = "1";
    };
    service web{"web"};
    label(web.it);
    const wall_time hour_two{std::chrono::hours{2}};
    const auto made = device{}.running({web}).is("web", state::created).looked();
    const auto booted = [&](wall_time at, bool flag) {
      return device{made}.but([at, flag](situation& s) {
        s.boot = host::boot_facts{"b", at, flag};
        if (flag)
          s.boot->noted = {s.engine.containers.front().what.id};
      });
    };
    check({
      {"the container is created, and not started",
        device{made}.gone("web"),
        {"install web (it has no container)"}},
      {"freshly created",
        booted({}, false),
        {"requireReboot web (its container is younger than the last boot)",
          "wait, reboot: web: started after a reboot of the device"}},
      {"the flag is set",
        booted({}, true),
        {"wait, reboot: web: started after a reboot of the device"}},
      {"after the reboot", booted(hour_two, false), {"start web (it was never started)"}},
      {"the boot is not known yet",
        device{made},
        {"wait, reboot: web: when the machine was booted is not known yet"}},
      {"it runs already", booted({}, false).is("web", state::running), {}},
    });
    const auto plan = make_plan(device{made}.gone("web").now);
    REQUIRE(plan.steps.size() == 1);
    CHECK(std::get<install_service>(plan.steps.front().action).create_only);
  }
}

} // namespace
} // namespace copal::planning::situations
