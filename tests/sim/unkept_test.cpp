// Engines that show a thing otherwise than it was asked for, however often it is made anew.

#include "tests/sim/checks.hpp"
#include "tests/sim/targets.hpp"
#include "tests/support/seeds.hpp"

#include <algorithm>
#include <string>

#include <doctest/doctest.h>

namespace copal::test {

namespace {

using namespace std::chrono_literals;

/// `web` with a volume, and a network of the app's own, both with an option.
target_document compose_with(const std::string& option, const std::string& mode = "fast") {
  const auto options = value::map({{"driver_opts", value::map({{"kind", option}})}});
  auto web = value::map({{"image", "registry.sim/app0:1"},
    {"environment", value::map({{"MODE", mode}})},
    {"networks", value::list({"own"})},
    {"volumes", value::list({"data:/data"})}});
  return {dialect::compose,
    "compose.yaml",
    value::map({{"name", "sim"},
      {"services", value::map({{"web", std::move(web)}})},
      {"networks", value::map({{"own", options}})},
      {"volumes", value::map({{"data", options}})}})};
}

/// `web` on a network of the app's own with an option; or in a release that asks for another
/// device.
target_document cloud_with(const std::string& option, int release, bool elsewhere = false) {
  auto web = value::map({{"id", 11},
    {"image_id", 111},
    {"image", "registry.sim/app0:1"},
    {"environment", value::map({})},
    {"labels", value::map({})},
    {"composition", value::map({{"networks", value::list({"own"})}})}});
  if (elsewhere)
    web.set("contract",
      value::map({{"type", "sw.container"},
        {"slug", "web"},
        {"requires",
          value::list({value::map({{"type", "hw.device-type"}, {"slug", "another"}})})}}));
  const auto options = value::map({{"driver_opts", value::map({{"kind", option}})}});
  auto made = value::map({{"id", release},
    {"services", value::map({{"web", std::move(web)}})},
    {"networks", value::map({{"own", options}})}});
  auto app = value::map({{"id", 1},
    {"name", "sim"},
    {"class", "fleet"},
    {"releases", value::map({{"c" + std::to_string(release), std::move(made)}})}});
  return {dialect::cloud_v3,
    "the test",
    value::map({{simulated_device::facts().uuid.value,
      value::map({{"name", "sim"},
        {"config", value::map({})},
        {"apps", value::map({{std::string(32, 'a'), std::move(app)}})}})}})};
}

std::size_t running(const simulated_device& device) {
  const auto& all = device.world->containers;
  return static_cast<std::size_t>(std::count_if(all.begin(), all.end(), [](const auto& entry) {
    return entry.second.state == container_state::running;
  }));
}

/// What the device tells of what is left as it is.
std::size_t told(simulated_device& device) {
  const auto waits = device.where().waits;
  return static_cast<std::size_t>(
    std::count_if(waits.begin(), waits.end(), [](const wait_reason& w) {
      return w.why == wait_reason::kind::not_kept
             && w.text.find("; it is left so") != std::string::npos;
    }));
}

std::size_t services_of(const simulated_device& device) {
  std::size_t out = 0;
  for (const auto& app : device.possible.front().target.apps)
    out += app.release ? app.release->services.size() : 0;
  return out;
}

} // namespace

TEST_SUITE("sim") {
  TEST_CASE("sim: what an engine does not keep of a volume or network takes no service down") {
    for (const auto seed : seeds(10)) {
      CAPTURE(seed);
      simulated_device device{seed};
      auto& world = *device.world;
      auto& calls = world.calls;
      publish_images(world);
      device.system.before_job = [&world](const job&) {
        for (auto& v : world.volumes)
          v.config.driver_opts.clear();
        for (auto& n : world.networks)
          n.config.driver_opts.clear();
      };
      device.start();
      REQUIRE(device.insist_on(compose_with("one")));
      device.system.run_for(5min);
      CHECK(running(device) == 1);
      CHECK(calls["remove_volume"] == 1);
      CHECK(calls["remove_network"] == 1);
      CHECK(calls["create_container"] == 1);
      CHECK(told(device) == 4); // Of each part, and of the service that uses it.
      CHECK(device.files->own.empty());
      // For good, whatever the engine goes through and whatever release comes.
      device.engine_outage(20s);
      device.system.run_for(24h);
      CHECK(calls["create_container"] == 1);
      REQUIRE(device.insist_on(compose_with("one", "slow")));
      device.system.run_for(5min);
      CHECK(calls["create_container"] == 2);
      CHECK(calls["remove_volume"] == 1);
      CHECK(calls["remove_network"] == 1);
      CHECK(running(device) == 1);
      // A release that wants the part otherwise has it made anew, once.
      REQUIRE(device.insist_on(compose_with("two", "slow")));
      device.system.run_for(5min);
      CHECK(calls["remove_volume"] == 2);
      CHECK(calls["remove_network"] == 2);
      CHECK(calls["create_container"] == 3);
      CHECK(running(device) == 1);
      CHECK_MESSAGE(device.violations.empty(), join(device.violations));
    }
  }

  TEST_CASE(
    "sim: what is left so is made anew when it is wanted otherwise, whatever came between") {
    for (const auto seed : seeds(10)) {
      CAPTURE(seed);
      simulated_device device{seed};
      auto& world = *device.world;
      auto& calls = world.calls;
      publish_images(world);
      device.system.before_job = [&world](const job&) {
        for (auto& n : world.networks)
          n.config.driver_opts.clear();
      };
      device.start();
      REQUIRE(device.insist_on(cloud_with("one", 1)));
      device.system.run_for(5min);
      CHECK(calls["remove_network"] == 1);
      CHECK(running(device) == 1);
      // A release that cannot run here touches nothing, and the same network again neither.
      REQUIRE(device.insist_on(cloud_with("other", 2, true)));
      device.system.run_for(5min);
      REQUIRE(device.insist_on(cloud_with("one", 3)));
      device.system.run_for(5min);
      CHECK(calls["remove_network"] == 1);
      CHECK(calls["create_container"] == 1);
      REQUIRE(device.insist_on(cloud_with("other", 4, true)));
      device.system.run_for(5min);
      REQUIRE(device.insist_on(cloud_with("two", 5)));
      device.system.run_for(5min);
      CHECK(calls["remove_network"] == 2);
      CHECK(calls["create_container"] == 2);
      CHECK(running(device) == 1);
      CHECK_MESSAGE(device.violations.empty(), join(device.violations));
    }
  }

  TEST_CASE("sim: a service whose container never shows as asked for is left alone in the end") {
    for (const auto seed : seeds(20)) {
      CAPTURE(seed);
      simulated_device device{seed};
      auto& calls = device.world->calls;
      publish_images(*device.world);
      device.world->forgets_command = true;
      device.start();
      REQUIRE(device.insist_on(draw_target(device.system.random())));
      device.system.run_for(60min);
      const auto made = calls["create_container"];
      // Twice anew; once more where it hands over, or is restarted with another one.
      CHECK(made <= 8 * services_of(device));
      CHECK(device.files->own.empty());
      const auto known = told(device);
      CHECK(known == services_of(device));
      device.system.run_for(24h);
      CHECK(calls["create_container"] == made);
      // The engine that comes may be another one: each is tried once more.
      device.engine_outage(20s);
      device.system.run_for(60min);
      CHECK(calls["create_container"] >= made + known);
      CHECK(calls["create_container"] <= made + 3 * known);
      CHECK(told(device) == known);
    }
  }

  TEST_CASE("sim: what differs in another way each time is made anew ever more rarely") {
    for (const auto seed : seeds(10)) {
      CAPTURE(seed);
      simulated_device device{seed};
      auto& world = *device.world;
      publish_images(world);
      device.system.before_job = [&world](const job&) {
        for (auto& [id, c] : world.containers)
          c.config.domainname = id.value.substr(0, 16);
      };
      device.start();
      REQUIRE(device.insist_on(compose_with("one")));
      device.system.run_for(60min);
      CHECK(world.calls["create_container"] > 5);
      CHECK(world.calls["create_container"] < 20);
      // While it waits for the next time nobody is kept from locking.
      CHECK(device.files->own.empty());
      const auto waits = device.where().waits;
      CHECK(std::any_of(waits.begin(), waits.end(), [](const wait_reason& w) {
        return w.why == wait_reason::kind::back_off;
      }));
    }
  }

  TEST_CASE("sim: what somebody else changes is put right each time, at once") {
    for (const auto seed : seeds(10)) {
      CAPTURE(seed);
      simulated_device device{seed};
      publish_images(*device.world);
      device.start();
      REQUIRE(device.insist_on(compose_with("one")));
      check_at_target(device);
      for (auto i = 0; i < 6; ++i) {
        const auto id = device.world->containers.begin()->first;
        (void)device.world->set_restart_policy(id, {restart_mode::no, 0});
        device.system.run_for(5s);
        check_at_target(device);
        CHECK_FALSE(device.world->containers.contains(id));
      }
    }
  }
}

} // namespace copal::test
