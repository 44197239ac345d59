// The deciding half as a whole, from any mixture of faults to the target. `SIM_SEED=n` replays one
// run, `SIM_SEEDS=n` makes n of them, `SIM_TRACE=1` prints every message.

#include "actors/planning/identity.hpp"
#include "tests/sim/chaos.hpp"
#include "tests/sim/checks.hpp"
#include "tests/sim/targets.hpp"
#include "tests/support/seeds.hpp"

#include <algorithm>
#include <cstdio>

#include <doctest/doctest.h>

namespace copal::test {

namespace {

/// The target wants the container's service handed over to the next one.
bool hands_over(const device_target& target, const container& c) {
  const auto who = planning::identify(c.name, c.config.labels);
  for (const auto& app : target.apps) {
    if (!app.release || app.id != who->app)
      continue;
    for (const auto& service : app.release->services) {
      if (service.name == who->name)
        return service.strategy == update_strategy::hand_over;
    }
  }
  return false;
}

} // namespace

TEST_SUITE("sim") {
  TEST_CASE("sim: without faults every target is reached, and then nothing more is done") {
    std::size_t rejected = 0;
    const auto all = seeds(150);
    for (const auto seed : all) {
      CAPTURE(seed);
      simulated_device device{seed};
      publish_images(*device.world);
      const auto others = strangers::move_into(*device.world);
      device.start();
      auto target = draw_target(device.system.random());
      for (auto release = 0; release < 4; ++release) {
        REQUIRE(device.insist_on(target));
        target = draw_next_target(device.system.random(), target);
        check_at_target(device);
        for (const auto& app : device.possible.front().target.apps)
          rejected += app.rejected ? 1 : 0;
      }
      check_quiet(device);
      CHECK(device.world->port_clashes == 0);
      const auto harmed = others.harmed(*device.world);
      CHECK_MESSAGE(harmed.empty(), join(harmed));
    }
    // A release now and then is one that the device cannot run.
    CHECK(rejected * 50 >= (all.size() < 50 ? 0 : all.size()));
  }

  TEST_CASE("sim: what somebody else does to a container is put right, and within a minute") {
    for (const auto seed : seeds(150)) {
      CAPTURE(seed);
      simulated_device device{seed};
      device.files->says_after = [](const auto&) { return std::chrono::seconds{1}; };
      publish_images(*device.world);
      device.start();
      REQUIRE(device.insist_on(draw_target(device.system.random())));
      check_at_target(device);
      for (auto i = 0; i < 4; ++i) {
        hurt_container(device);
        device.world->recover();
        device.system.run_for(std::chrono::seconds{1});
        CHECK(device.run_until_settled(std::chrono::minutes{1}));
        const auto wrong = device.faults_against(device.where().target);
        CHECK_MESSAGE(wrong.empty(), "not put right:", join(wrong));
      }
    }
  }

  TEST_CASE("sim: what changes again while it is being looked at is put right, too") {
    for (const auto seed : seeds(150)) {
      CAPTURE(seed);
      simulated_device device{seed};
      auto& random = device.system.random();
      publish_images(*device.world);
      device.start();
      REQUIRE(device.insist_on(draw_target(random)));
      check_at_target(device);
      // Many answers come seconds after what they tell of. None is lost, nor is an event: the next
      // full listing is not to be waited for.
      device.faults->rates.slow = 40;
      for (auto i = 0; i < 4; ++i) {
        for (auto hurts = random.between(2, 6); hurts > 0; --hurts) {
          hurt_container(device);
          device.system.run_for(
            random.between(std::chrono::milliseconds{0}, std::chrono::seconds{5}));
          device.world->recover();
        }
        device.system.run_for(std::chrono::minutes{1});
        CHECK(device.run_until_settled(std::chrono::minutes{6}));
        const auto wrong = device.faults_against(device.where().target);
        CHECK_MESSAGE(wrong.empty(), "not put right:", join(wrong));
      }
    }
  }

  TEST_CASE("sim: a container that the engine never shows as asked is not made anew all the time") {
    std::uint64_t most = 0; // Not every target has a service with a command.
    for (std::uint64_t seed = 1; seed <= 5; ++seed) {
      CAPTURE(seed);
      simulated_device device{seed};
      publish_images(*device.world);
      device.world->forgets_command = true;
      device.start();
      REQUIRE(device.insist_on(draw_target(device.system.random())));
      device.system.run_for(std::chrono::minutes{60});
      // Twice for each service, not once every few milliseconds.
      const auto made = device.world->calls["create_container"];
      CHECK(made < 20 * 6);
      most = std::max<std::uint64_t>(most, made);
    }
    CHECK(most > 2);
  }

  TEST_CASE("sim: a user's lock holds for as long as it is there, and no longer") {
    for (const auto seed : seeds(50)) {
      CAPTURE(seed);
      simulated_device device{seed};
      auto& random = device.system.random();
      publish_images(*device.world);
      device.start();
      auto target = draw_target(random);
      REQUIRE(device.insist_on(target));
      check_at_target(device);
      std::map<container_id, container> before;
      for (const auto& [id, c] : device.world->containers) {
        before[id] = c;
        const auto who = planning::identify(c.name, c.config.labels);
        device.files->put_lock({who->app, who->name, "/locks/it", device.world->now()});
      }
      target = draw_next_target(random, target);
      REQUIRE(device.insist_on(target));
      device.system.run_for(std::chrono::minutes{30});
      for (auto& [id, c] : before) {
        // A hand-over asks for no lock.
        if (hands_over(device.possible.back().target, c))
          continue;
        const auto& now = device.world->containers.at(id);
        c.health = now.health;
        c.failed_checks = now.failed_checks;
        CHECK(now == c);
      }
      device.files->locks.clear();
      check_at_target(device);
    }
  }

  TEST_CASE("sim: whatever fails, the device gets to its target once it stops failing") {
    std::map<std::string, std::uint64_t> runs_with;
    std::uint64_t disturbed_runs = 0;
    std::uint64_t narrowed_runs = 0;
    const auto all = seeds(600);
    for (const auto seed : all) {
      CAPTURE(seed);
      simulated_device device{seed};
      auto& random = device.system.random();
      publish_images(*device.world);
      const auto others = strangers::move_into(*device.world);
      device.faults->rates = draw_rates(random);
      device.start();
      const auto releases = random.between(1, 4);
      auto target = draw_target(random);
      for (auto release = 0; release < releases; ++release) {
        (void)device.send_target(target, random.percent(5));
        live_through(device, random.between(1, 5));
        target = draw_next_target(random, target);
      }
      end_troubles(device);
      REQUIRE(device.insist_on(target));
      check_at_target(device);
      check_quiet(device);
      const auto harmed = others.harmed(*device.world);
      CHECK_MESSAGE(harmed.empty(), join(harmed));
      for (const auto& [kind, n] : device.faults->counts)
        ++runs_with[kind];
      disturbed_runs += device.faults->counts.empty() ? 0 : 1;
      narrowed_runs += device.narrowed == 0 ? 0 : 1;
    }
    std::printf("sim: %zu runs, %llu disturbed, %llu at a target in between\n",
      all.size(),
      static_cast<unsigned long long>(disturbed_runs),
      static_cast<unsigned long long>(narrowed_runs));
    for (const auto& [kind, n] : runs_with)
      std::printf("  %-24s in %llu runs\n", kind.c_str(), static_cast<unsigned long long>(n));
    CHECK(disturbed_runs * 10 >= all.size() * 9);
  }
}

} // namespace copal::test
