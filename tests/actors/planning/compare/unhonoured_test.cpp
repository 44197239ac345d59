#include "actors/planning/compare/unhonoured.hpp"

#include "actors/planning/compare/compare.hpp"

#include <functional>

#include <doctest/doctest.h>

// What an engine, or the kernel below it, drops of a container.

namespace copal::planning {
namespace {

using change = std::function<void(container_config&)>;

/// The differing fields of a container that was made from `wanted` by an engine that drops what
/// `drop` takes away.
std::vector<field_difference> compared(
  const change& ask, const change& drop, const engine_features& lacks) {
  container_config wanted;
  wanted.network_mode = "bridge";
  ask(wanted);
  container there;
  there.id.value = std::string(64, '1');
  there.config = wanted;
  drop(there.config);
  compare_context context;
  context.lacks = lacks;
  return differences(there, wanted, context);
}

struct row {
  engine_feature what;
  change ask;
  change drop;
  change other; ///< Another value, which an engine that has the field shows.
};

const row rows[] = {
  {engine_feature::annotations,
    [](auto& c) {
      c.annotations = {{"a", "b"}};
    },
    [](auto& c) { c.annotations.clear(); },
    [](auto& c) {
      c.annotations = {{"a", "c"}};
    }},
  {engine_feature::start_interval,
    [](auto& c) {
      c.healthcheck = {{"CMD", "x"}, {}, {}, {}, 0, std::chrono::seconds{1}};
    },
    [](auto& c) { c.healthcheck.start_interval = {}; },
    [](auto& c) { c.healthcheck.start_interval = std::chrono::seconds{2}; }},
  {engine_feature::domainname,
    [](auto& c) { c.domainname = "example.com"; },
    [](auto& c) { c.domainname.clear(); },
    [](auto& c) { c.domainname = "example.org"; }},
  {engine_feature::gpus,
    [](auto& c) {
      c.device_requests = {{"", -1, {}, {{"gpu"}}, {}}};
    },
    [](auto& c) { c.device_requests.clear(); },
    [](auto& c) {
      c.device_requests = {{"", 1, {}, {{"gpu"}}, {}}};
    }},
  {engine_feature::mem_limit,
    [](auto& c) { c.memory_bytes = 64; },
    [](auto& c) { c.memory_bytes = 0; },
    [](auto& c) { c.memory_bytes = 32; }},
  {engine_feature::mem_limit,
    [](auto& c) { c.memory_reservation_bytes = 64; },
    [](auto& c) { c.memory_reservation_bytes = 0; },
    [](auto& c) { c.memory_reservation_bytes = 32; }},
  {engine_feature::cpu_shares,
    [](auto& c) { c.cpu_shares = 2; },
    [](auto& c) { c.cpu_shares = 0; },
    [](auto& c) { c.cpu_shares = 3; }},
  {engine_feature::cpu_quota,
    [](auto& c) { c.cpu_quota = 2000; },
    [](auto& c) { c.cpu_quota = 0; },
    [](auto& c) { c.cpu_quota = 3000; }},
  {engine_feature::cpuset,
    [](auto& c) { c.cpuset = "0"; },
    [](auto& c) { c.cpuset.clear(); },
    [](auto& c) { c.cpuset = "1"; }},
  {engine_feature::pids_limit,
    [](auto& c) { c.pids_limit = 10; },
    [](auto& c) { c.pids_limit = 0; },
    [](auto& c) { c.pids_limit = 20; }},
  {engine_feature::oom_kill_disable,
    [](auto& c) { c.oom_kill_disable = true; },
    [](auto& c) { c.oom_kill_disable = false; },
    {}},
};

target_app app_with(container_config config, image_overrides overrides = {}) {
  target_service service;
  service.name.value = "web";
  service.config = std::move(config);
  service.overrides = std::move(overrides);
  target_app app;
  app.name = "fleet";
  app.release.emplace();
  app.release->services.push_back(std::move(service));
  return app;
}

TEST_SUITE("planning: comparison") {
  TEST_CASE("dropped: what the engine says that it cannot do is no difference, anything else is") {
    for (const auto& x : rows) {
      CAPTURE(to_string(x.what));
      CHECK(compared(x.ask, x.drop, {x.what}).empty());
      CHECK(compared(x.ask, x.drop, {}).size() == 1);
      if (x.other)
        CHECK(compared(x.ask, x.other, {x.what}).size() == 1);
    }
  }

  TEST_CASE("dropped: each field that a service asks for is told once, with service and reason") {
    for (const auto& x : rows) {
      CAPTURE(to_string(x.what));
      container_config config;
      x.ask(config);
      image_overrides overrides;
      if (x.what == engine_feature::start_interval)
        overrides.healthcheck = config.healthcheck;
      device_target target;
      target.apps.push_back(app_with(config, overrides));
      target.apps.push_back(app_with({}));
      target.apps.emplace_back(); // one whose release was rejected
      const auto told = unhonoured(target, {x.what});
      REQUIRE(told.size() == 1);
      const auto reserves = config.memory_reservation_bytes != 0;
      CHECK(told.front().starts_with(
        "app fleet, service web: " + (reserves ? "mem_reservation" : to_string(x.what))
        + ": the service runs without it: "));
      CHECK(unhonoured(target, {}).empty());
    }
  }

  TEST_CASE("dropped: a limit for swap where the kernel counts none") {
    container_config config;
    config.memory_swap_bytes = 128;
    device_target target;
    target.apps.push_back(app_with(config));
    CHECK(unhonoured(target, {engine_feature::memswap_limit}).size() == 1);
    CHECK(unhonoured(target, {engine_feature::mem_limit}).empty());
    // No limit is what was asked for before: where swap is counted, the next release has one.
    const auto limited = [](auto& c) { c.memory_swap_bytes = 128; };
    const auto unlimited = [](auto& c) { c.memory_swap_bytes = -1; };
    CHECK(compared(limited, unlimited, {engine_feature::memswap_limit}).empty());
    CHECK(compared(limited, unlimited, {}).size() == 1);
  }
}

} // namespace
} // namespace copal::planning
