// Users who take and release update locks while updates run.

#include "actors/planning/identity.hpp"
#include "tests/sim/chaos.hpp"
#include "tests/sim/checks.hpp"
#include "tests/sim/targets.hpp"
#include "tests/support/seeds.hpp"

#include <algorithm>

#include <doctest/doctest.h>

namespace copal::test {

namespace {

/// A user takes the lock of some service that has a container, or gives one back.
void take_or_release(simulated_device& device) {
  auto& random = device.system.random();
  auto& locks = device.files->locks;
  if (!locks.empty() && random.percent(50)) {
    const auto it = locks.begin() + static_cast<std::ptrdiff_t>(random.below(locks.size()));
    const auto app = it->app;
    locks.erase(it);
    if (random.percent(70)) // else on a host that cannot watch
      device.files->told_gone(app);
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

/// A device at a target, with a lock for each service, and another target that has waited for half
/// an hour: the next try is minutes away. False: that target touches nothing that runs.
bool is_made_to_wait(simulated_device& device) {
  auto& random = device.system.random();
  publish_images(*device.world);
  device.start();
  auto target = draw_target(random);
  REQUIRE(device.insist_on(target));
  check_at_target(device);
  for (const auto& [id, c] : device.world->containers) {
    const auto who = planning::identify(c.name, c.config.labels);
    device.files->put_lock({who->app, who->name, "/locks/it", device.world->now()});
  }
  target = draw_next_target(random, target);
  REQUIRE(device.insist_on(target));
  device.system.run_for(std::chrono::minutes{30});
  const auto waits = device.where().waits;
  return std::any_of(waits.begin(), waits.end(), [](const wait_reason& w) {
    return w.why == wait_reason::kind::lock;
  });
}

/// Within a second: a request to the host takes up to 50 ms, and the next try is minutes away.
template <class Test>
bool soon(simulated_device& device, Test test) {
  device.system.run_until(test, std::chrono::seconds{1});
  return test();
}

/// Users' locks are deleted where an update is forced, and only there.
auto some_lock_is_gone(const simulated_device& device) {
  return
    [&device, before = device.files->locks.size()] { return device.files->locks.size() < before; };
}

/// What ends the wait of devices that wait for a lock; each is at its target then.
template <class Release>
void for_those_that_wait(Release release) {
  auto waited = 0;
  const auto all = seeds(60);
  for (const auto seed : all) {
    CAPTURE(seed);
    simulated_device device{seed};
    if (!is_made_to_wait(device))
      continue;
    ++waited;
    release(device);
    check_at_target(device);
  }
  CHECK((waited > 0 || all.size() < 20));
}

} // namespace

TEST_SUITE("sim") {
  TEST_CASE("sim: the wait for a lock ends when it is released, not at the next try") {
    for_those_that_wait([](simulated_device& device) {
      device.files->drop_locks();
      CHECK(soon(device, [&device] { return !device.files->own.empty(); }));
    });
  }

  TEST_CASE("sim: force reaches an update that waits for a lock") {
    for_those_that_wait([](simulated_device& device) {
      const auto forced = some_lock_is_gone(device);
      (void)ask(device.system, device.handles.conductor, apply_now{true});
      CHECK(soon(device, forced));
    });
  }

  TEST_CASE("sim: the override variable reaches an update that waits for a lock") {
    for_those_that_wait([](simulated_device& device) {
      const auto forced = some_lock_is_gone(device);
      REQUIRE(device.insist_on(
        with_config(device.possible.front().doc.doc, "RESIN_SUPERVISOR_OVERRIDE_LOCK", "1")));
      CHECK(soon(device, forced));
    });
  }

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
