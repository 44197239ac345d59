// Users who take and release update locks while updates run.

#include "actors/planning/identity.hpp"
#include "tests/sim/chaos.hpp"
#include "tests/sim/checks.hpp"
#include "tests/sim/targets.hpp"
#include "tests/support/seeds.hpp"

#include <doctest/doctest.h>

namespace copal::test {

namespace {

/// A user takes the lock of some service that has a container, or gives one back.
void take_or_release(simulated_device& device) {
  auto& random = device.system.random();
  auto& locks = device.files->locks;
  if (!locks.empty() && random.percent(50)) {
    locks.erase(locks.begin() + static_cast<std::ptrdiff_t>(random.below(locks.size())));
    return;
  }
  std::vector<container_identity> ours;
  for (const auto& [id, c] : device.world->containers) {
    if (auto who = planning::identify(c.name, c.config.labels))
      ours.push_back(std::move(*who));
  }
  if (ours.empty())
    return;
  const auto& who = random.pick(ours);
  device.files->put_lock({who.app, who.name, "/locks/it", device.world->now()});
}

} // namespace

TEST_SUITE("sim") {
  TEST_CASE("sim: a user's lock for a service counts from the moment it is taken") {
    for (const auto seed : seeds(150)) {
      CAPTURE(seed);
      simulated_device device{seed};
      auto& random = device.system.random();
      publish_images(*device.world);
      // Images come one after the other, and what waits for them must not trust an older look.
      device.world->pull_takes = [&random] {
        return std::chrono::milliseconds{random.between(500, 30'000)};
      };
      device.start();
      auto target = draw_target(random);
      for (auto release = 0; release < 4; ++release) {
        REQUIRE(device.insist_on(target));
        const auto changes = random.between(3, 20);
        for (auto i = 0; i < changes; ++i) {
          device.system.run_for(
            random.between(std::chrono::milliseconds{1}, std::chrono::seconds{15}));
          take_or_release(device);
        }
        target = draw_next_target(random, target);
      }
      device.files->locks.clear();
      REQUIRE(device.insist_on(target));
      check_at_target(device);
      CHECK(device.files->own.empty());
    }
  }
}

} // namespace copal::test
