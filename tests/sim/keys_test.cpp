// Keys to the local API over crashes, faults and a lost disk.

#include "tests/sim/chaos.hpp"
#include "tests/sim/targets.hpp"
#include "tests/support/seeds.hpp"

#include <set>

#include <doctest/doctest.h>

namespace copal::test {

namespace {

constexpr const char* variable = "BALENA_SUPERVISOR_API_KEY";

std::set<container_id> ids_of(const simulated_device& device) {
  std::set<container_id> out;
  for (const auto& [id, c] : device.world->containers)
    out.insert(id);
  return out;
}

/// The keys that containers carry.
std::vector<std::string> carried(const simulated_device& device) {
  std::vector<std::string> out;
  for (const auto& [id, c] : device.world->containers) {
    if (const auto it = c.config.env.find(variable); it != c.config.env.end())
      out.push_back(it->second.reveal());
  }
  return out;
}

std::set<std::string> stored(const simulated_device& device) {
  std::set<std::string> out;
  for (const auto& key : device.disk->keys)
    out.insert(key.key.reveal());
  return out;
}

/// A target in which a service speaks to the local API, drawn until there is one.
value draw_speaking_target(random_source& random) {
  for (;;) {
    auto target = draw_target(random);
    if (debug_string(target).find("features.supervisor-api") != std::string::npos)
      return target;
  }
}

} // namespace

TEST_SUITE("sim") {
  TEST_CASE("sim: a service that speaks to the local API carries a key of its own, from the disk") {
    auto seen = 0;
    for (const auto seed : seeds(60)) {
      CAPTURE(seed);
      simulated_device device{seed};
      publish_images(*device.world);
      auto& random = device.system.random();
      device.faults->rates = draw_rates(random);
      device.start();
      const auto target = draw_speaking_target(random);
      (void)device.send_target(target);
      device.system.run_for(random.between(std::chrono::milliseconds{1}, std::chrono::seconds{30}));
      device.faults->rates = {};
      device.system.run_for(std::chrono::seconds{30});
      REQUIRE(device.insist_on(target));
      REQUIRE(device.run_until_settled(std::chrono::minutes{60}));
      const auto keys = carried(device);
      const auto on_disk = stored(device);
      for (const auto& key : keys) {
        CHECK(key.size() == 32);
        CHECK(on_disk.contains(key));
      }
      CHECK(std::set<std::string>(keys.begin(), keys.end()).size() == keys.size());
      CHECK(device.violations.empty());
      seen += keys.empty() ? 0 : 1;
    }
    CHECK(seen > 0);
  }

  TEST_CASE("sim: a lost disk makes no container anew: keys are read back from the containers") {
    for (const auto seed : seeds(60)) {
      CAPTURE(seed);
      simulated_device device{seed};
      publish_images(*device.world);
      auto& random = device.system.random();
      device.start();
      const auto target = draw_speaking_target(random);
      REQUIRE(device.insist_on(target));
      REQUIRE(device.run_until_settled(std::chrono::minutes{60}));
      const auto before = ids_of(device);
      const auto keys = carried(device);
      device.power_cut();
      *device.disk = {};
      if (random.percent(30)) // A new target comes before the engine can be seen.
        device.world->reachable = false;
      device.start();
      auto sent = device.send_target(target);
      device.system.run_for(std::chrono::seconds{5});
      device.world->reachable = true;
      REQUIRE(device.insist_on(target));
      CHECK(device.run_until_settled(std::chrono::minutes{60}));
      CHECK(ids_of(device) == before);
      CHECK(carried(device) == keys);
      const auto on_disk = stored(device);
      for (const auto& key : keys)
        CHECK(on_disk.contains(key));
      CHECK(device.violations.empty());
    }
  }
}

} // namespace copal::test
