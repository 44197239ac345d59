// Engines that drop a field: the service runs without it, is told of, and is not made again for it.

#include "tests/sim/chaos.hpp"
#include "tests/sim/checks.hpp"
#include "tests/sim/device.hpp"
#include "tests/sim/standing.hpp"
#include "tests/sim/targets.hpp"
#include "tests/support/seeds.hpp"

#include <algorithm>
#include <string>

#include <doctest/doctest.h>

namespace copal::test {

namespace {

/// One service with a limit for memory and an annotation, and one with neither.
target_document compose_with_all() {
  const auto image = value{"registry.sim/app0:1"};
  auto web = value::map({{"image", image},
    {"mem_limit", "64m"},
    {"annotations", value::map({{"com.example", "a"}})},
    {"healthcheck", value::map({{"test", "true"}, {"start_interval", "1s"}})}});
  auto services = value::map({{"web", std::move(web)}, {"db", value::map({{"image", image}})}});
  return {dialect::compose,
    "compose.yaml",
    value::map({{"name", "sim"}, {"services", std::move(services)}})};
}

struct bench {
  bench(std::uint64_t seed, engine_features lacks) : device(seed) {
    publish_images(*device.world);
    device.world->lacks = std::move(lacks);
    device.start();
  }

  bool reach() {
    return device.insist_on(compose_with_all())
           && device.run_until_settled(std::chrono::minutes{30});
  }

  /// The engine goes away, and another one comes in its place that keeps its containers.
  void replace_engine(engine_features lacks) {
    device.engine_outage(std::chrono::seconds{20});
    device.world->lacks = std::move(lacks);
    device.system.run_for(std::chrono::minutes{5});
  }

  [[nodiscard]] container_id id_of(const std::string& service) const {
    for (const auto& [id, c] : device.world->containers) {
      if (c.name.starts_with(service + '_'))
        return id;
    }
    return {};
  }

  [[nodiscard]] bool warns_of(const std::string& field) {
    const auto warnings = device.where().warnings;
    return std::any_of(warnings.begin(), warnings.end(), [&field](const auto& text) {
      return text.starts_with("app sim, service web: " + field);
    });
  }

  [[nodiscard]] std::uint64_t made() const { return device.world->calls["create_container"]; }

  simulated_device device;
};

target_document compose_with_firmware() {
  auto web = value::map({{"image", value{"registry.sim/app0:1"}},
    {"labels", value::map({{"io.balena.features.extra-firmware", value{"1"}}})}});
  return {dialect::compose,
    "compose.yaml",
    value::map({{"name", "sim"}, {"services", value::map({{"web", std::move(web)}})}})};
}

} // namespace

TEST_SUITE("sim") {
  TEST_CASE("sim: what an engine drops is told of, and its service is not made anew for it") {
    for (const auto seed : seeds(10)) {
      CAPTURE(seed);
      bench b{seed, {engine_feature::mem_limit, engine_feature::memswap_limit}};
      REQUIRE(b.reach());
      CHECK(b.warns_of("mem_limit"));
      CHECK_FALSE(b.warns_of("annotations"));
      const auto made = b.made();
      b.device.system.run_for(std::chrono::hours{24});
      CHECK(b.made() == made);
      check_at_target(b.device);
      check_quiet(b.device);
    }
  }

  TEST_CASE("sim: a newer engine gives what the older one dropped, once, and to no other service") {
    for (const auto seed : seeds(10)) {
      CAPTURE(seed);
      bench b{seed, {engine_feature::annotations, engine_feature::start_interval}};
      REQUIRE(b.reach());
      CHECK(b.warns_of("annotations"));
      CHECK(b.warns_of("healthcheck.start_interval"));
      const auto web = b.id_of("web");
      const auto db = b.id_of("db");
      b.replace_engine({});
      REQUIRE(b.device.run_until_settled(std::chrono::minutes{30}));
      CHECK(b.id_of("web") != web);
      CHECK(b.id_of("db") == db);
      CHECK_FALSE(b.warns_of("annotations"));
      check_at_target(b.device);
      check_quiet(b.device);
    }
  }

  TEST_CASE("sim: an older engine in a newer one's place makes no container anew") {
    for (const auto seed : seeds(10)) {
      CAPTURE(seed);
      bench b{seed, {}};
      REQUIRE(b.reach());
      const auto made = b.made();
      // It does not show what it does not know.
      for (auto& [id, c] : b.device.world->containers) {
        c.config.annotations.clear();
        c.config.healthcheck.start_interval = {};
      }
      b.replace_engine({engine_feature::annotations, engine_feature::start_interval});
      REQUIRE(b.device.run_until_settled(std::chrono::minutes{30}));
      CHECK(b.made() == made);
      CHECK(b.warns_of("annotations"));
    }
  }

  TEST_CASE("sim: the OS is told of the volume of the extra firmware once") {
    for (const auto seed : seeds(20)) {
      CAPTURE(seed);
      bench b{seed, {}};
      if (seed % 2 == 1)
        b.device.faults->rates = draw_rates(b.device.system.random());
      REQUIRE(b.device.insist_on(compose_with_firmware()));
      if (seed % 3 == 0) {
        b.device.system.run_for(std::chrono::seconds{static_cast<int>(seed % 7)});
        b.device.power_cut();
        b.device.start();
      }
      b.device.system.run_for(std::chrono::minutes{2});
      b.device.faults->rates = {};
      REQUIRE(b.device.run_until_settled(std::chrono::hours{2}));
      CHECK(find_volume(*b.device.world, "extra-firmware") != nullptr);
      CHECK(b.device.files->os.firmware_volume == "extra-firmware");
      CHECK(b.device.files->os_writes == 1);
      b.device.power_cut();
      b.device.start();
      REQUIRE(b.device.run_until_settled(std::chrono::hours{2}));
      CHECK(b.device.files->os_writes == 1);
      check_at_target(b.device);
    }
  }

  TEST_CASE("sim: a config.json that cannot be written keeps no service from running") {
    for (const auto seed : seeds(10)) {
      CAPTURE(seed);
      bench b{seed, {}};
      b.device.files->os_refused = error{errc::unavailable, "config.json: read-only file system"};
      REQUIRE(b.device.insist_on(compose_with_firmware()));
      b.device.system.run_for(std::chrono::minutes{10});
      REQUIRE(b.id_of("web") != container_id{});
      CHECK(b.device.world->containers.at(b.id_of("web")).state == container_state::running);
      const auto stands = b.device.where();
      CHECK(std::any_of(stands.waits.begin(), stands.waits.end(), [](const wait_reason& w) {
        return w.why == wait_reason::kind::back_off
               && w.text.find("read-only file system") != std::string::npos;
      }));
      b.device.files->os_refused.reset();
      REQUIRE(b.device.run_until_settled(std::chrono::hours{2}));
      CHECK(b.device.files->os_writes == 1);
    }
  }
}

} // namespace copal::test
