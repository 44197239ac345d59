// Targets that come at the wrong moment, or cannot be understood.

#include "tests/sim/chaos.hpp"
#include "tests/sim/checks.hpp"
#include "tests/sim/targets.hpp"
#include "tests/support/seeds.hpp"

#include <cstdint>
#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace copal::test {

TEST_SUITE("sim") {
  TEST_CASE("sim: a stored target that is not understood touches nothing until another comes") {
    simulated_device device{1};
    publish_images(*device.world);
    device.start();
    REQUIRE(device.insist_on(two_apps()));
    check_at_target(device);
    device.power_cut();
    // As after a step back to an older version.
    device.disk->target->doc = value{"of another time"};
    device.files->own[{1}] = {{"web"}}; // The run before ended in the middle of a stop.
    const auto before = device.world->containers;
    device.world->calls.clear();
    device.start();
    device.system.run_for(std::chrono::minutes{30});
    const auto now = device.where();
    CHECK(now.problem.starts_with("the stored target is not understood: "));
    CHECK(device.world->containers == before);
    for (const auto* call :
      {"create_container", "stop_container", "remove_container", "pull_image"})
      CHECK(device.world->calls[call] == 0);
    CHECK(device.disk->target->doc == value{"of another time"});
    CHECK(device.files->own.empty()); // Services can lock all the same.
    REQUIRE(device.insist_on(no_apps()));
    check_at_target(device);
    CHECK(device.where().problem.empty());
  }

  TEST_CASE("sim: each target that is reached counts once, however quickly it was") {
    for (const auto seed : seeds(50)) {
      CAPTURE(seed);
      simulated_device device{seed};
      publish_images(*device.world);
      device.start();
      auto target = draw_target(device.system.random());
      std::uint64_t different = 1;
      for (auto release = 0; release < 4; ++release) {
        REQUIRE(device.insist_on(target));
        check_at_target(device);
        CHECK(device.where().arrivals == different);
        const auto next = draw_next_target(device.system.random(), target);
        different += next == target ? 0 : 1;
        target = next;
      }
    }
  }

  TEST_CASE("sim: the target that holds, sent again, ends the pauses after failures") {
    simulated_device device{1};
    publish_images(*device.world);
    device.faults->rates.fails = 100;
    device.start();
    device.system.run_for(std::chrono::minutes{1});
    device.faults->rates = {};
    REQUIRE(device.insist_on(two_apps()));
    check_at_target(device);
    // An image that cannot be had is asked for at longer and longer pauses.
    device.world->registry.clear();
    device.world->images.clear();
    for (const auto& [id, c] : std::map{device.world->containers})
      (void)device.world->remove_container(id, true);
    device.system.run_for(std::chrono::minutes{40});
    device.world->calls.clear();
    const auto again = device.send_target(two_apps());
    device.system.run_until([&again] { return again.there(); }, std::chrono::seconds{10});
    REQUIRE(again.there());
    REQUIRE(again.get());
    CHECK_FALSE(again.get()->changed);
    device.system.run_for(std::chrono::seconds{10});
    CHECK(device.world->calls["pull_image"] > 0);
  }

  TEST_CASE("sim: of too many targets at once the last ones are refused, none is lost in silence") {
    simulated_device device{1};
    publish_images(*device.world);
    device.start();
    REQUIRE(device.insist_on(no_apps()));
    check_at_target(device);
    std::vector<answer<target_accepted>> told;
    auto target = two_apps();
    for (auto i = 0; i < 30; ++i)
      told.push_back(device.send_target(i % 2 == 0 ? target : no_apps()));
    device.system.run_for(std::chrono::minutes{1});
    auto accepted = 0;
    auto refused = 0;
    for (const auto& one : told) {
      REQUIRE(one.there());
      accepted += one.get() ? 1 : 0;
      refused += one.failed_with(errc::exhausted) ? 1 : 0;
    }
    CHECK(accepted + refused == 30);
    CHECK(accepted >= 16);
    CHECK(refused > 0);
    REQUIRE(device.insist_on(target));
    check_at_target(device);
  }
}

} // namespace copal::test
