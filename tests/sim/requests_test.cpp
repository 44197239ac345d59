// What people ask beside the target, while all else goes on: every request is answered, and what
// was asked for is so.

#include "actors/planning/identity.hpp"
#include "tests/sim/chaos.hpp"
#include "tests/sim/checks.hpp"
#include "tests/sim/targets.hpp"
#include "tests/support/seeds.hpp"

#include <algorithm>
#include <cstdio>
#include <map>

#include <doctest/doctest.h>

namespace copal::test {

namespace {

using requests::perform;
using requests::verb;

/// A request on something that the target has; nothing when it has nothing.
std::optional<perform> draw_request(simulated_device& device, const device_target& target) {
  auto& random = device.system.random();
  std::vector<const target_app*> apps;
  for (const auto& app : target.apps) {
    if (app.release && !app.release->services.empty())
      apps.push_back(&app);
  }
  if (apps.empty())
    return std::nullopt;
  const auto& app = *random.pick(apps);
  constexpr verb verbs[] = {verb::stop_service,
    verb::start_service,
    verb::restart_service,
    verb::restart_app,
    verb::purge_app};
  perform out;
  out.what = verbs[random.below(std::size(verbs))];
  out.app = app.id;
  if (out.what != verb::restart_app && out.what != verb::purge_app)
    out.service = random.pick(app.release->services).name;
  out.force = random.percent(20);
  return out;
}

/// Runs until the answer is there.
const result<requests::performed>& answer_of(
  simulated_device& device, const answer<requests::performed>& told) {
  device.system.run_until([&told] { return told.there(); }, std::chrono::minutes{12});
  REQUIRE(told.there());
  return told.get();
}

const container* container_of(
  const simulated_device& device, app_id app, const service_name& service) {
  for (const auto& [id, c] : device.world->containers) {
    const auto who = planning::identify(c.name, c.config.labels);
    if (who && who->app == app && who->name == service)
      return &c;
  }
  return nullptr;
}

bool is_up(const container* c) {
  return c != nullptr && c->state == container_state::running;
}

/// The holds that can be ended: of a rejected app nothing is done, and nothing forgotten.
std::vector<service_hold> holds_in_use(simulated_device& device) {
  const auto target = device.where().target;
  auto out = device.disk->holds;
  std::erase_if(out, [&target](const service_hold& hold) {
    return std::any_of(target.apps.begin(), target.apps.end(), [&hold](const target_app& app) {
      return app.id == hold.app && app.rejected;
    });
  });
  return out;
}

/// Ends every hold, as somebody would who wants the target and nothing else.
void release_all(simulated_device& device) {
  auto left = holds_in_use(device);
  for (auto tries = 0; tries < 100 && !left.empty(); ++tries) {
    for (const auto& hold : left) {
      const auto what = hold.running ? verb::stop_service : verb::start_service;
      (void)answer_of(device, device.send_request({what, hold.app, hold.service, /*force=*/false}));
    }
    device.system.run_for(std::chrono::seconds{5});
    left = holds_in_use(device);
  }
  CHECK(left.empty());
}

} // namespace

TEST_SUITE("sim") {
  TEST_CASE("sim: what is asked for is done when it is answered, and stays so") {
    std::map<verb, std::uint64_t> done;
    std::uint64_t refused = 0;
    const auto all = seeds(150);
    for (const auto seed : all) {
      CAPTURE(seed);
      simulated_device device{seed};
      publish_images(*device.world);
      const auto others = strangers::move_into(*device.world);
      device.start();
      REQUIRE(device.insist_on(draw_target(device.system.random())));
      check_at_target(device);
      for (auto i = 0; i < 6; ++i) {
        const auto target = device.where().target;
        const auto what = draw_request(device, target);
        if (!what)
          break;
        CAPTURE(to_string(what->what));
        std::map<container_id, container> before;
        for (const auto& [id, c] : device.world->containers)
          before[id] = c;
        const auto volumes_gone = device.world->calls["remove_volume"];
        const auto& how = answer_of(device, device.send_request(*what));
        if (!how) { // Only a service that the contract leaves out, or with no container.
          ++refused;
          continue;
        }
        ++done[what->what];
        device.system.run_for(std::chrono::seconds{10});
        const auto* c = container_of(device, what->app, what->service);
        switch (what->what) {
          case verb::stop_service:
            CHECK(!is_up(c));
            // Also over a restart, and whatever is looked at meanwhile.
            device.power_cut();
            device.start();
            device.system.run_for(std::chrono::minutes{20});
            CHECK(!is_up(container_of(device, what->app, what->service)));
            break;
          case verb::start_service:
            REQUIRE(c != nullptr);
            // A job has ended again.
            CHECK((is_up(c) || c->started != before.at(c->id).started));
            break;
          case verb::restart_service:
            REQUIRE(c != nullptr);
            CHECK(!before.contains(c->id));
            CHECK(how->container == c->id);
            break;
          default:
            for (const auto& [id, now] : device.world->containers) {
              const auto who = planning::identify(now.name, now.config.labels);
              CHECK(before.contains(id) == !(who && who->app == what->app));
            }
        }
        if (what->what != verb::purge_app)
          CHECK(device.world->calls["remove_volume"] == volumes_gone);
      }
      release_all(device);
      check_at_target(device);
      check_quiet(device);
      const auto harmed = others.harmed(*device.world);
      CHECK_MESSAGE(harmed.empty(), join(harmed));
    }
    if (all.size() >= 50) {
      CHECK(done.size() == 5);
      CHECK(refused < all.size());
    }
  }

  TEST_CASE("sim: whatever fails, every request is answered, and then the target is reached") {
    std::map<std::string, std::uint64_t> answers;
    for (const auto seed : seeds(300)) {
      CAPTURE(seed);
      simulated_device device{seed};
      auto& random = device.system.random();
      publish_images(*device.world);
      const auto others = strangers::move_into(*device.world);
      device.faults->rates = draw_rates(random);
      device.start();
      auto target = draw_target(random);
      for (auto release = random.between(1, 3); release > 0; --release) {
        (void)device.send_target(target, random.percent(5));
        for (auto i = random.between(2, 8); i > 0; --i) {
          run_a_while(device, std::chrono::minutes{5});
          if (const auto what = draw_request(device, device.possible.back().target))
            (void)device.send_request(*what);
          if (random.percent(40))
            disturb(device);
          if (random.percent(40))
            (void)device.where();
        }
        target = draw_next_target(random, target);
      }
      end_troubles(device);
      REQUIRE(device.insist_on(target));
      device.system.run_for(std::chrono::minutes{12});
      const auto late = device.unanswered();
      CHECK_MESSAGE(late.empty(), "not answered:", join(late));
      release_all(device);
      check_at_target(device);
      check_quiet(device);
      const auto harmed = others.harmed(*device.world);
      CHECK_MESSAGE(harmed.empty(), join(harmed));
      for (const auto& x : device.wished) {
        if (x.told.there())
          ++answers[to_string(x.what.what) + ": "
                    + (x.told.get() ? "done" : to_string(x.told.get().error().code))];
      }
    }
    for (const auto& [how, n] : answers)
      std::printf("  %-24s %llu times\n", how.c_str(), static_cast<unsigned long long>(n));
  }

  TEST_CASE("spec 12.67: a newer restart voids the one that waits, and not the one that runs") {
    simulated_device device{3};
    publish_images(*device.world);
    device.start();
    REQUIRE(device.insist_on(two_apps()));
    check_at_target(device);
    const auto target = device.where().target;
    REQUIRE(target.apps.size() == 2);
    const auto send = [&device](verb what, app_id app) {
      auto told = device.send_request({what, app, {}, false});
      device.system.settle();
      return told;
    };
    const auto first = send(verb::restart_app, target.apps[0].id);
    const auto second = send(verb::restart_app, target.apps[1].id);
    const auto third = send(verb::purge_app, target.apps[1].id);
    const auto fourth = send(verb::purge_app, target.apps[0].id);
    const auto is_void = [](const auto& x) {
      return x.failed_with(errc::unavailable)
             && x.get().error().what == "request for lock canceled";
    };
    CHECK(is_void(second));
    CHECK(is_void(third));
    CHECK(!first.there());
    // A trigger with cancel voids what waits, too, and what runs goes on (decision 0111).
    (void)ask(device.system, device.handles.conductor, apply_now{false, true});
    device.system.settle();
    CHECK(is_void(fourth));
    CHECK(!first.there());
    CHECK(answer_of(device, first).has_value());
    check_at_target(device);
  }

  TEST_CASE("sim: a user's lock is the answer at once, and force is stronger") {
    simulated_device device{9};
    publish_images(*device.world);
    device.start();
    REQUIRE(device.insist_on(two_apps()));
    check_at_target(device);
    const auto target = device.where().target;
    const auto& app = target.apps[0];
    const auto service = app.release->services.front().name;
    REQUIRE(device.files->put_lock({app.id, service, "/locks/it", device.world->now()}));
    for (const auto what :
      {verb::stop_service, verb::restart_service, verb::restart_app, verb::purge_app}) {
      CAPTURE(to_string(what));
      const auto whole = what == verb::restart_app || what == verb::purge_app;
      const perform one{what, app.id, whole ? service_name{} : service, false};
      const auto told = device.send_request(one);
      const auto& how = answer_of(device, told);
      REQUIRE(!how);
      CHECK(how.error()
            == error{errc::conflict,
              "Lockfile exists for { appId: " + to_string(app.id) + ", service: " + service.value
                + " }"});
      CHECK(told.took() < std::chrono::seconds{5});
      // What was refused is not tried again.
      const auto before = device.world->calls["stop_container"];
      device.system.run_for(std::chrono::minutes{10});
      CHECK(device.world->calls["stop_container"] == before);
    }
    CHECK(
      answer_of(device, device.send_request({verb::restart_app, app.id, {}, true})).has_value());
    CHECK(device.files->locks.empty());
    check_at_target(device);
  }

  TEST_CASE("sim: the conductor's end is the answer to all who ask it") {
    simulated_device device{5};
    publish_images(*device.world);
    device.start();
    REQUIRE(device.insist_on(two_apps()));
    check_at_target(device);
    const auto target = device.where().target;
    const auto running = device.send_request({verb::purge_app, target.apps[0].id, {}, false});
    const auto waiting = device.send_request({verb::restart_app, target.apps[1].id, {}, false});
    device.system.settle();
    for (const auto& actor : device.system.running("conductor"))
      caf::anon_send_exit(caf::actor_cast<caf::actor>(actor), caf::exit_reason::kill);
    device.system.settle();
    CHECK(running.failed_with(errc::unavailable));
    CHECK(waiting.failed_with(errc::unavailable));
    check_at_target(device);
  }

  TEST_CASE("sim: too many requests are refused, and one that waits for long is told why") {
    simulated_device device{7};
    publish_images(*device.world);
    device.start();
    REQUIRE(device.insist_on(two_apps()));
    check_at_target(device);
    const auto target = device.where().target;
    const auto& app = target.apps[0];
    const auto service = app.release->services.front().name;
    device.faults->rates.unanswered = 100; // Nothing of what is begun ends soon.
    std::vector<answer<requests::performed>> all;
    for (auto i = 0; i < 17; ++i)
      all.push_back(device.send_request({verb::restart_service, app.id, service, false}));
    device.system.settle();
    const auto failed = [&all](errc code) {
      return std::count_if(
        all.begin(), all.end(), [code](const auto& x) { return x.failed_with(code); });
    };
    CHECK(failed(errc::exhausted) == 1);
    device.system.run_for(std::chrono::milliseconds{10'100});
    CHECK(failed(errc::conflict) >= 14); // The first may have ended a moment before.
    const auto late = std::find_if(
      all.begin(), all.end(), [](const auto& x) { return x.failed_with(errc::conflict); });
    REQUIRE(late != all.end());
    CHECK(
      late->get().error().what
      == "Locks for app " + to_string(app.id) + " are being held by another supervisor operation");
    device.faults->rates = {};
    device.system.run_for(std::chrono::minutes{12});
    CHECK(device.unanswered().empty());
    check_at_target(device);
  }
}

} // namespace copal::test
