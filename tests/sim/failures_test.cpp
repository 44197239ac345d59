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

target_document one_service(const char* level, const char* policy) {
  auto web = value::map({{"image", "registry.sim/app0:1"},
    {"environment", value::map({{"LEVEL", level}})},
    {"restart", policy}});
  return {dialect::compose,
    "compose.yaml",
    value::map({{"name", "sim"}, {"services", value::map({{"web", std::move(web)}})}})};
}

/// The same beside another one.
target_document with_extra(const char* name, const char* policy) {
  const auto extra = value::map({{"image", "registry.sim/app0:1"}, {"restart", policy}});
  auto web = extra;
  web.set("environment", value::map({{"LEVEL", "1"}}));
  return {dialect::compose,
    "compose.yaml",
    value::map({{"name", "sim"}, {"services", value::map({{"web", web}, {name, extra}})}})};
}

/// A device with one service, up, that nobody starts again when it has ended.
struct job_bench {
  explicit job_bench(std::uint64_t seed) : device(seed) {
    publish_images(*device.world);
    device.start();
    REQUIRE(device.insist_on(one_service("1", "no")));
    check_at_target(device);
    job = device.world->containers.begin()->first;
  }

  /// Asks for a restart, and gives it all its time. False: it was answered with an error.
  bool restarts() {
    const auto app = device.where().target.apps.at(0).id;
    const auto told =
      device.send_request({requests::verb::restart_service, app, service_name{"web"}, false});
    device.system.run_for(std::chrono::minutes{20});
    REQUIRE(told.there());
    return told.get().has_value();
  }

  [[nodiscard]] container_state state() const { return device.world->containers.at(job).state; }

  simulated_device device;
  container_id job;
};

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

  TEST_CASE("sim: a container that the engine cannot start any more is made anew") {
    simulated_device device{8};
    publish_images(*device.world);
    device.start();
    REQUIRE(device.insist_on(with_extra("other", "always")));
    check_at_target(device);
    auto& world = *device.world;
    std::map<std::string, container_id> before;
    for (const auto& [id, c] : world.containers)
      before[c.name.substr(0, c.name.find('_'))] = id;
    world.kill(before.at("web"));
    world.broken.insert(before.at("web"));
    device.system.run_for(std::chrono::minutes{1}); // It hears of the end only then.
    check_at_target(device);
    CHECK(!world.containers.contains(before.at("web")));
    CHECK(world.containers.contains(before.at("other")));
    CHECK(world.containers.size() == 2);
    CHECK(world.calls["create_container"] == 3);
    CHECK(world.calls["start_container"] == 6); // three of the old one, and one of the new one

    // Where the new one is no better, it is not the container.
    world.before_start = nullptr;
    const auto made = world.calls["create_container"];
    for (const auto& [id, c] : world.containers) {
      if (c.name.starts_with("web_"))
        world.kill(id);
    }
    const auto spoil = [&world] {
      for (const auto& [id, c] : world.containers) {
        if (c.name.starts_with("web_"))
          world.broken.insert(id);
      }
    };
    device.system.before_job = [spoil](const job&) { spoil(); };
    spoil();
    device.system.run_for(std::chrono::hours{2});
    CHECK(world.calls["create_container"] == made + 1);
    device.system.before_job = nullptr;
    world.broken.clear();
    REQUIRE(device.run_until_settled(std::chrono::hours{1}));
    check_at_target(device);
  }

  TEST_CASE("sim: what keeps a container from starting, and passes, does not cost it") {
    for (const std::uint64_t tries : {1U, 2U}) {
      CAPTURE(tries);
      simulated_device device{9};
      publish_images(*device.world);
      device.start();
      REQUIRE(device.insist_on(one_service("1", "always")));
      check_at_target(device);
      auto& world = *device.world;
      const auto web = world.containers.begin()->first;
      // It crashes, is paused for that, and then cannot be started.
      for (auto i = 0; i < 3; ++i) {
        world.kill(web);
        device.system.run_for(std::chrono::seconds{8});
      }
      world.kill(web);
      world.broken.insert(web);
      const auto before = world.calls["start_container"];
      device.system.before_job = [&](const job&) {
        if (world.calls["start_container"] - before >= tries)
          world.broken.clear();
      };
      device.system.run_for(std::chrono::minutes{1});
      device.system.before_job = nullptr;
      check_at_target(device);
      CHECK(world.containers.begin()->first == web);
      CHECK(world.calls["start_container"] == before + tries + 1);
      CHECK(world.calls["create_container"] == 1);
    }
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

  TEST_CASE("sim: an update whose removal fails half-way leaves the service up") {
    for (const auto* policy : {"always", "unless-stopped", "no"}) {
      CAPTURE(policy);
      simulated_device device{3};
      publish_images(*device.world);
      device.start();
      REQUIRE(device.insist_on(one_service("1", policy)));
      check_at_target(device);
      const auto before = device.world->containers.begin()->first;
      fail_calls<engine::remove_container>(device, 1'000);
      REQUIRE(device.insist_on(one_service("2", policy)));
      auto up = 0;
      constexpr auto looks = 60;
      device.system.run_for(std::chrono::minutes{10});
      for (auto i = 0; i < looks; ++i) {
        device.system.run_for(std::chrono::minutes{1});
        REQUIRE(device.world->containers.size() == 1);
        const auto& [id, c] = *device.world->containers.begin();
        CHECK(id == before);
        up += c.state == container_state::running ? 1 : 0;
      }
      // It is stopped for each try; those come ever more rarely.
      CHECK(up >= looks - 6);
      device.system.before_job = nullptr;
      device.faults->rates = {};
      REQUIRE(device.run_until_settled(std::chrono::hours{2}));
      check_at_target(device);
      CHECK(device.world->containers.begin()->first != before);
    }
  }

  TEST_CASE("sim: what had ended when its removal failed is not started again for that") {
    simulated_device device{4};
    publish_images(*device.world);
    device.start();
    REQUIRE(device.insist_on(one_service("1", "no")));
    check_at_target(device);
    const auto before = device.world->containers.begin()->first;
    device.world->kill(before);
    device.system.run_for(std::chrono::minutes{1});
    fail_calls<engine::remove_container>(device, 1'000);
    REQUIRE(device.insist_on(one_service("2", "no")));
    device.system.run_for(std::chrono::minutes{2});
    REQUIRE(device.insist_on(one_service("1", "no")));
    device.system.run_for(std::chrono::minutes{20});
    REQUIRE(device.world->containers.contains(before));
    CHECK(device.world->containers.at(before).state == container_state::exited);
  }

  TEST_CASE("sim: a service that the release no longer has is not started between the tries") {
    simulated_device device{6};
    publish_images(*device.world);
    device.start();
    REQUIRE(device.insist_on(with_extra("old", "always")));
    check_at_target(device);
    fail_calls<engine::remove_container>(device, 1'000);
    REQUIRE(device.insist_on(one_service("1", "always")));
    device.system.run_for(std::chrono::minutes{10});
    for (auto i = 0; i < 30; ++i) {
      device.system.run_for(std::chrono::minutes{1});
      for (const auto& [id, c] : device.world->containers) {
        const auto is_old = c.name.starts_with("old_");
        CHECK((c.state == container_state::running) == !is_old);
      }
    }
  }

  TEST_CASE("sim: what ended between two tries to remove it is not started for the second") {
    job_bench b{7};
    fail_calls<engine::stop_container>(b.device, 1);
    REQUIRE(!b.restarts());
    b.device.world->kill(b.job);
    b.device.system.run_for(std::chrono::minutes{2});
    fail_calls<engine::remove_container>(b.device, 1);
    REQUIRE(!b.restarts());
    CHECK(b.state() == container_state::exited);
  }

  TEST_CASE("sim: what a failed stop left running may end by itself later") {
    job_bench b{5};
    fail_calls<engine::stop_container>(b.device, 1);
    REQUIRE(!b.restarts());
    CHECK(b.state() == container_state::running);
    b.device.system.run_for(std::chrono::hours{1});
    b.device.world->kill(b.job);
    b.device.system.run_for(std::chrono::minutes{20});
    CHECK(b.state() == container_state::exited);
  }
}

} // namespace copal::test
