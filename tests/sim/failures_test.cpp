// Single failures at a chosen moment. What chance found once stays found.

#include "tests/sim/chaos.hpp"
#include "tests/sim/checks.hpp"
#include "tests/sim/targets.hpp"

#include <doctest/doctest.h>

namespace copal::test {

namespace {

/// From now on, `n` calls of that type to the engine fail without an effect.
template <class Call>
void fail_calls(simulated_device& device, int n) {
  device.system.before_job = [&device, left = n](const job& next) mutable {
    const auto hit = left > 0 && next.name == "engine" && next.about.match_elements<Call>();
    left -= hit ? 1 : 0;
    device.faults->rates.fails = hit ? 100 : 0;
  };
}

} // namespace

TEST_SUITE("sim") {
  TEST_CASE("sim: a volume whose removal failed is removed when the engine can") {
    simulated_device device{1};
    publish_images(*device.world);
    device.start();
    REQUIRE(device.insist_on(two_apps()));
    REQUIRE(device.run_until_settled(std::chrono::minutes{10}));
    REQUIRE(device.world->volumes.size() == 2);
    fail_calls<engine::remove_volume>(device, 3);
    REQUIRE(device.insist_on(no_apps()));
    CHECK(device.run_until_settled(std::chrono::minutes{10}));
    CHECK(device.faults_against(device.where().target).empty());
    CHECK(device.world->volumes.empty());
  }

  TEST_CASE("sim: a restart that fails half-way leaves the service up, whatever its policy") {
    simulated_device device{2};
    publish_images(*device.world);
    device.start();
    const auto web = value::map({{"image", "registry.sim/app0:1"}, {"restart", "no"}});
    REQUIRE(device.insist_on({dialect::compose,
      "compose.yaml",
      value::map({{"name", "sim"}, {"services", value::map({{"web", web}})}})}));
    check_at_target(device);
    REQUIRE(device.world->containers.size() == 1);
    const auto before = device.world->containers.begin()->first;
    fail_calls<engine::remove_container>(device, 1);
    const auto app = device.where().target.apps.at(0).id;
    const auto told =
      device.send_request({requests::verb::restart_service, app, service_name{"web"}, false});
    device.system.run_for(std::chrono::minutes{2});
    REQUIRE(told.there());
    CHECK(!told.get());
    check_at_target(device);
    const auto& now = *device.world->containers.begin();
    CHECK(now.first == before);
    CHECK(now.second.state == container_state::running);
    // That it ends by itself later is its own affair.
    device.world->kill(before);
    device.system.run_for(std::chrono::minutes{20});
    CHECK(device.world->containers.begin()->second.state == container_state::exited);
  }
}

} // namespace copal::test
