// Hand-overs: whatever the new container does, and whoever interrupts.

#include "actors/planning/identity.hpp"
#include "tests/sim/checks.hpp"
#include "tests/sim/targets.hpp"
#include "tests/support/seeds.hpp"

#include <doctest/doctest.h>

namespace copal::test {

namespace {

std::vector<const container*> containers_of(const simulated_device& device, const char* service) {
  std::vector<const container*> out;
  for (const auto& [id, c] : device.world->containers) {
    const auto who = planning::identify(c.name, c.config.labels);
    if (who && who->name.value == service)
      out.push_back(&c);
  }
  return out;
}

std::size_t running(const simulated_device& device) {
  const auto all = containers_of(device, "web");
  return static_cast<std::size_t>(std::count_if(all.begin(), all.end(), [](const container* c) {
    return c->state == container_state::running;
  }));
}

/// A device at release 1.
void install(simulated_device& device) {
  publish_images(*device.world);
  device.start();
  REQUIRE(device.insist_on(handing_over(1)));
  check_at_target(device);
}

} // namespace

TEST_SUITE("sim") {
  TEST_CASE("sim: in a hand-over both run until the new one says so, or has had its time") {
    const struct {
      const char* name;
      std::optional<std::chrono::milliseconds> said;
      std::chrono::seconds both_until, one_from;
    } rows[] = {
      {"it says so", std::chrono::seconds{20}, std::chrono::seconds{20}, std::chrono::seconds{25}},
      {"it never does", std::nullopt, std::chrono::seconds{59}, std::chrono::seconds{65}},
    };
    for (const auto& row : rows) {
      CAPTURE(row.name);
      simulated_device device{7};
      device.files->says_after = [&row](const auto&) { return row.said; };
      install(device);
      REQUIRE(device.insist_on(handing_over(2)));
      auto least = running(device);
      const auto look_until = [&](auto done) {
        return device.system.run_until(
          [&] {
            least = std::min(least, running(device));
            return done();
          },
          std::chrono::minutes{5});
      };
      REQUIRE(look_until([&] { return running(device) == 2; }));
      const auto begin = device.world->now();
      REQUIRE(look_until([&] { return device.world->now() >= begin + row.both_until; }));
      CHECK(running(device) == 2);
      REQUIRE(look_until([&] { return device.world->now() >= begin + row.one_from; }));
      CHECK(running(device) == 1);
      CHECK(least == 1);
      check_at_target(device);
      CHECK(device.files->forgotten.size() == 1);
    }
  }

  TEST_CASE("sim: targets come in the middle of hand-overs, and power cuts") {
    for (const auto seed : seeds(100)) {
      CAPTURE(seed);
      simulated_device device{seed};
      auto& random = device.system.random();
      install(device);
      const auto changes = random.between(2, 8);
      auto release = std::int64_t{2};
      for (auto i = 0; i < changes; ++i) {
        release = random.between(1, 4);
        REQUIRE(device.insist_on(handing_over(release)));
        device.system.run_for(std::chrono::milliseconds{random.between(0, 70'000)});
        if (random.percent(30)) {
          device.power_cut();
          device.start();
        } else if (random.percent(30)) {
          device.engine_outage(std::chrono::seconds{random.between(1, 20)});
        }
      }
      REQUIRE(device.insist_on(handing_over(release)));
      check_at_target(device);
    }
  }
}

} // namespace copal::test
