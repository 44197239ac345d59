// A service that asks for a reboot before its new container is started.

#include "tests/sim/device.hpp"
#include "tests/sim/targets.hpp"

#include <doctest/doctest.h>

namespace copal::test {
namespace {

target_document asking_for_reboot() {
  auto web = value::map({{"image", "registry.sim/app1:1"},
    {"labels", value::map({{"io.balena.update.requires-reboot", "1"}})}});
  return {dialect::compose,
    "compose.yaml",
    value::map({{"name", "sim"}, {"services", value::map({{"web", std::move(web)}})}})};
}

bool is_running(const simulated_device& device) {
  const auto& all = device.world->containers;
  return all.size() == 1 && all.begin()->second.state == container_state::running;
}

TEST_SUITE("sim") {
  TEST_CASE("sim: the clock is set while a service waits for a reboot that has been") {
    simulated_device device{4};
    publish_images(*device.world);
    // The machine's clock is behind, so that the boot seems to be before the container was made.
    device.files->boot.at = wall_time{};
    device.start();
    REQUIRE(device.insist_on(asking_for_reboot()));
    device.system.run_for(std::chrono::minutes{30});
    REQUIRE(device.world->containers.size() == 1);
    CHECK_FALSE(is_running(device));
    CHECK(device.files->boot.reboot);
    device.system.run_for(std::chrono::hours{5});
    CHECK_FALSE(is_running(device));
    // Now it is set, and nobody restarts Copal.
    device.files->boot.at = device.world->now();
    device.system.run_for(std::chrono::minutes{6});
    CHECK(is_running(device));
  }
}

} // namespace
} // namespace copal::test
