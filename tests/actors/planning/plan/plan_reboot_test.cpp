#include "actors/planning/plan/plan_reboot.hpp"

#include "actors/planning/foresee/foresee.hpp"
#include "actors/planning/identity.hpp"
#include "actors/planning/plan/plan_locks.hpp"
#include "actors/planning/plan/remaking.hpp"
#include "tests/actors/planning/situations.hpp"

#include <algorithm>

#include <doctest/doctest.h>

// The reboot that a release asks for. Source: spec/state-engine.md §5.1, spec/device-api.md §7.

namespace copal::planning::situations {
namespace {

using state = container_state;

service rebooting(const char* name = "web") {
  service out{name};
  out.it.config.labels["io.balena.update.requires-reboot"] = "1";
  return out;
}

/// The device can be rebooted, and was booted before all that there is; the flag is set, for all.
void flagged(situation& s) {
  s.boot = host::boot_facts{"boot-1", wall_time{}, true};
  for (const auto& c : s.engine.containers)
    s.boot->noted.insert(c.what.id);
  s.reboot.possible = true;
  s.reboot.host = host::os_update{};
}

/// `web` waits for a reboot, `db` runs.
device waiting() {
  return device{}.running({"db", rebooting()}).is("web", state::created).but(flagged);
}

std::string with_releases(const situation& s) {
  auto made = make_plan(s);
  add_releases(s, made);
  return told(made);
}

const std::string web_waits = "wait, reboot: web: started after a reboot of the device";
const std::string reboot = "reboot (web is started after it)";
const std::string take = "takeLock (before the device is rebooted)";
const std::string taking = "wait, in progress: rebooted when all update locks are ours";

std::string later(const std::string& why) {
  return "wait, reboot: rebooted later: " + why;
}

TEST_SUITE("planning: plan") {
  TEST_CASE("spec 5.1.5: a required reboot comes when nothing else is to be done") {
    const auto breadcrumb = [](situation& s) {
      s.reboot.host = host::os_update{{"/mnt/state/rollback-health-breadcrumb"}};
    };
    check({
      {"first the locks", waiting(), {take, web_waits, taking}},
      {"under locks of ours", waiting().looked(), {reboot, web_waits}},
      {"the flag alone is enough",
        device{}.running({"db"}).but(flagged).looked(),
        {"reboot (it was required)"}},
      {"nothing is there to be locked", device{}.but(flagged), {"reboot (it was required)"}},
      {"nobody does it",
        waiting().looked().but([](situation& s) { s.reboot.possible = false; }),
        {web_waits}},
      {"it is not required",
        waiting().looked().but([](situation& s) { s.boot->reboot = false; }),
        {"requireReboot web (its container is younger than the last boot)", web_waits}},
      {"an update of the host's is not over",
        waiting().looked().but(breadcrumb),
        {web_waits, later("Waiting for Host OS update to finish")}},
      {"by force", waiting().looked().but(breadcrumb).forced(), {reboot, web_waits}},
      {"force is over for the app",
        waiting().looked().but(breadcrumb).forced().but([](situation& s) {
          s.force_over.insert({7});
        }),
        {web_waits, later("Waiting for Host OS update to finish")}},
      {"whether there is one is not known",
        waiting().looked().but([](situation& s) { s.reboot.host.reset(); }),
        {web_waits, later("whether the host lets it be rebooted is not known yet")}},
      {"the last one is a moment ago",
        waiting().looked().but([](situation& s) { s.reboot.lately = true; }),
        {web_waits, later("the device was booted only a moment ago")}},
      {"it is required for others only",
        waiting().looked().but([](situation& s) { s.boot->noted.clear(); }),
        {"requireReboot web (its container is younger than the last boot)", web_waits}},
      {"it was required in an earlier run of a machine whose clock is wrong",
        waiting().looked().but([](situation& s) { s.boot->rebooted = std::move(s.boot->noted); }),
        {"start web (it was never started)"}},
      {"it was required in this run, and the clock says that the machine was booted since",
        waiting().looked().but([](situation& s) { s.boot->at = wall_time{std::chrono::hours{2}}; }),
        {reboot, web_waits}},
      {"it failed",
        waiting().looked().failed("reboot"),
        {web_waits, "wait, back-off: " + reboot + ": no answer"}},
      {"it is being done",
        waiting().looked().busy("reboot"),
        {web_waits, "wait, in progress: " + reboot}},
    });
  }

  TEST_CASE("reboot: a hand-over to a service that waits for it does not hold it up") {
    const auto handing = rebooting().by(update_strategy::hand_over);
    const auto on = device{}
                      .running({handing}, "c2")
                      .with_older("web")
                      .is("web", state::created)
                      .but([](situation& s) {
                        for (auto& c : s.engine.containers) {
                          if (c.what.id.value != "web-1-older")
                            continue;
                          c.who.commit = commit_id{"c1"};
                          c.what.name = retired_name(c.what.name);
                          c.what.state = state::running;
                        }
                      })
                      .but(flagged)
                      .looked();
    const auto made = make_plan(on);
    CHECK(std::any_of(made.steps.begin(), made.steps.end(), [](const step& one) {
      return std::holds_alternative<reboot_device>(one.action);
    }));
    // Real work on the service is waited for.
    const auto busy = make_plan(device{on}.busy("service:7/web"));
    CHECK(busy.steps.empty());
  }

  TEST_CASE("reboot: what was not kept when it was required is not found out anew after it") {
    const auto differing = [](situation& s) {
      auto& c = container_of(s, "web");
      c.config.command = {"forgotten"};
      c.state = state::created;
    };
    // Left so, and noted with that.
    auto before = device{}.running({"db", rebooting()}).but(differing).but(flagged).looked();
    before.now.boot->reboot = false;
    before.now.boot->noted.clear();
    const std::vector<field_difference> what =
      differences_behind(before.now, make_plan(before)).at("service:7/web");
    before.now.left_so["service:7/web"] = {{7}, what};
    const auto made = make_plan(before);
    const auto* note = static_cast<const note_reboot*>(nullptr);
    for (const auto& one : made.steps) {
      if (const auto* found = std::get_if<note_reboot>(&one.action); found != nullptr)
        note = found;
    }
    REQUIRE(note != nullptr);
    REQUIRE(note->unkept.size() == 1);
    // The next run of the machine knows only what was noted.
    const auto after = [&](std::map<std::string, std::string> unkept) {
      auto out = device{}.running({"db", rebooting()}).but(differing).but(flagged).looked();
      out.now.boot->reboot = false;
      out.now.boot->rebooted = std::move(out.now.boot->noted);
      out.now.boot->noted.clear();
      out.now.boot->unkept = std::move(unkept);
      return out;
    };
    const std::string left_so = "wait, not kept: web: its container was made anew, and the engine "
                                "still shows: command differs; it is left so";
    check({
      {"known", after(note->unkept), {"start web (it was never started)", left_so}},
      {"not known", after({}), {"kill web (command differs)"}},
      {"known is something else",
        after({{"service:7/web", std::string(64, '0')}}),
        {"kill web (command differs)"}},
    });
  }

  TEST_CASE("reboot: a config.json that cannot be written holds none up") {
    const auto unwritable = [](situation& s) {
      s.engine.volumes = {{"extra-firmware", {}}};
      s.os = host::os_settings{};
    };
    const auto on = device{}
                      .running({service{"db"}.extra_firmware(), rebooting()})
                      .is("web", state::created)
                      .but(flagged)
                      .but(unwritable)
                      .looked();
    const std::string naming = "ensureExtraFirmwareVolume extra-firmware (config.json names none)";
    check({
      {"it is to be written", on, {naming, web_waits}},
      {"it could not be written",
        device{on}.failed("config.json:os.kernel.extraFirmwareVol"),
        {reboot, "wait, back-off: " + naming + ": no answer", web_waits}},
    });
  }

  TEST_CASE("reboot: what is to be done first, and what is not waited for") {
    check({
      {"a step is to be taken",
        waiting().looked().gone("db"),
        {"start db (it has no container)", web_waits}},
      {"a step is under way",
        waiting().looked().busy("service:7/db"),
        {"wait, in progress: db: a step is under way", web_waits}},
      {"the engine may be stopping something",
        waiting().looked().but([](situation& s) { s.unsure.insert({7}); }),
        {web_waits}},
      {"an image is being fetched that nobody wants any more",
        waiting().looked().but([](situation& s) {
          s.images.fetching = {{"old:1", 3}};
        }),
        {web_waits}},
      {"somebody asked for something",
        waiting().looked().but([](situation& s) { s.asked.started.insert({"db-1"}); }),
        {web_waits}},
      {"another app is not done",
        waiting().looked().app(8).running({"cam"}).looked().gone("cam"),
        {"start cam (it has no container)", web_waits}},
      {"a service of another app waits for a dependency",
        waiting()
          .looked()
          .app(8)
          .running(
            {service{"cam"}.checked(), service{"net"}.after("cam", dependency_condition::healthy)})
          .looked()
          .gone("net"),
        {web_waits,
          "wait, dependency: net: started when cam is healthy: neither it nor its image has a "
          "healthcheck"}},
      {"the engine restarts something",
        waiting().looked().is("db", state::restarting),
        {reboot, "wait, engine policy: db: the engine restarts it; last exit code 0", web_waits}},
      {"who waits for the one that waits",
        device{}
          .running({"db", service{"dep"}.after("web"), service{"late"}.after("dep"), rebooting()})
          .is("web", state::created)
          .gone("dep")
          .gone("late")
          .but(flagged)
          .looked(),
        {reboot,
          "wait, dependency: dep: started after web",
          "wait, dependency: late: started after dep",
          web_waits}},
    });
  }

  TEST_CASE("reboot: the locks of all apps that there are, all or none") {
    const auto two = [] { return waiting().app(8).running({"db"}); };
    const std::string lock =
      "wait, lock: db holds the update lock /locks/db/updates.lock (of user 0)";
    check({
      {"both are taken", two(), {take, take, web_waits, taking}},
      {"one is ours", two().app(7).looked(), {take, web_waits, taking}},
      {"one is being taken",
        two().app(7).looked().busy("locks:8"),
        {web_waits, "wait, in progress: " + take, taking}},
      {"a user of the other app holds one",
        two().app(7).looked().app(8).locked("db"),
        {web_waits, lock}},
      {"by force", two().app(7).looked().app(8).locked("db").forced(), {take, web_waits, taking}},
      {"which is over for that app",
        two().app(7).looked().app(8).locked("db").forced().but(
          [](situation& s) { s.force_over.insert({8}); }),
        {web_waits, lock}},
      {"one cannot be taken: none is",
        two().failed("locks:8"),
        {web_waits, "wait, back-off: " + take + ": no answer"}},
      {"all are ours", two().app(7).looked().app(8).looked(), {reboot, web_waits}},
    });
    // Nothing of an app is touched whose release cannot run, but its users may lock it.
    CHECK(told(make_plan(two().app(7).looked().app(8).cannot_run()))
          == take + '\n' + web_waits + '\n' + taking + '\n');
  }

  TEST_CASE("reboot: locks are kept while the others are taken, and not while it only waits") {
    const auto release = "releaseLock (nothing is stopped any more)\n";
    const auto gives_back = [&](const device& d) {
      return with_releases(d).find(release) != std::string::npos;
    };
    const auto two = [] { return waiting().app(8).running({"db"}); };
    CHECK_FALSE(gives_back(two().app(7).looked()));
    CHECK_FALSE(gives_back(two().app(7).looked().busy("locks:8")));
    CHECK_FALSE(gives_back(two().app(7).looked().app(8).looked()));
    CHECK_FALSE(gives_back(two().app(7).looked().app(8).looked().busy("reboot")));
    CHECK(gives_back(two().app(7).looked().app(8).locked("db")));
    CHECK(gives_back(two().app(7).looked().failed("locks:8")));
    CHECK(gives_back(two().app(7).looked().app(8).looked().failed("reboot")));
    CHECK(gives_back(
      two().app(7).looked().app(8).looked().but([](situation& s) { s.reboot.lately = true; })));
  }

  TEST_CASE("reboot: it is foreseen, and what comes after it") {
    auto given = device{}.wants({rebooting()}).fetched_all().but([](situation& s) {
      flagged(s);
      s.boot->reboot = false;
    });
    const auto ahead = foresee(given);
    CHECK(ahead.reached);
    std::vector<std::string> steps;
    for (const auto& one : ahead.steps)
      steps.push_back(to_string(one.what));
    CHECK(steps
          == std::vector<std::string>{"createNetwork a7_default (it does not exist)",
            "install web (it has no container)",
            "requireReboot web (its container is younger than the last boot)",
            take,
            reboot,
            "start web (it was never started)",
            "updateCommit c1 (release complete)"});
    CHECK(subject_of({{}, reboot_device{}, {}}) == "reboot");
  }
}

} // namespace
} // namespace copal::planning::situations
