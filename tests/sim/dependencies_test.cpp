// Services that wait for others, and others that never come up.

#include "tests/sim/checks.hpp"
#include "tests/sim/targets.hpp"
#include "tests/support/seeds.hpp"

#include <algorithm>

#include <doctest/doctest.h>

namespace copal::test {

namespace {

value service(std::int64_t id, value composition, const char* image = "registry.sim/app0:1") {
  return value::map({
    {"id", id},
    {"image_id", 100 + id},
    {"image", image},
    {"environment", value::map({})},
    {"labels", value::map({})},
    {"composition", std::move(composition)},
  });
}

value target_of(value services, const char* commit) {
  const auto release = value::map({{"id", 1000},
    {"services", std::move(services)},
    {"networks", value::map({})},
    {"volumes", value::map({})}});
  const auto app =
    value::map({{"id", 1}, {"name", "app"}, {"releases", value::map({{commit, release}})}});
  return value::map({{"aaaaaaaabbbbbbbbccccccccdddddddd",
    value::map({{"name", "sim"},
      {"config", value::map({})},
      {"apps", value::map({{"fffffffffffffffffffffffffffffff1", app}})}})}});
}

value checked() {
  return value::map({{"healthcheck", value::map({{"test", "check"}})}});
}

value after_db(const char* condition) {
  return value::map({{"depends_on", value::map({{"db", value::map({{"condition", condition}})}})}});
}

const container* container_of(simulated_device& device, const std::string& service) {
  for (const auto& [id, c] : device.world->containers) {
    if (c.name.starts_with(service + '_'))
      return &c;
  }
  return nullptr;
}

bool runs(simulated_device& device, const std::string& service) {
  const auto* c = container_of(device, service);
  return c != nullptr && c->state == container_state::running;
}

} // namespace

TEST_SUITE("sim") {
  TEST_CASE(
    "sim: a dependency that is never healthy holds up what waits for it, and nothing else") {
    for (const auto seed : seeds(20)) {
      CAPTURE(seed);
      simulated_device device{seed};
      publish_images(*device.world);
      device.world->never_healthy = true;
      device.start();
      REQUIRE(device.insist_on(target_of(value::map({{"db", service(1, checked())},
                                           {"other", service(2, value::map({}))},
                                           {"web", service(3, after_db("service_healthy"))}}),
        "c1")));
      CHECK_FALSE(device.run_until_settled(std::chrono::minutes{60}));
      CHECK(runs(device, "db"));
      CHECK(runs(device, "other"));
      CHECK(container_of(device, "web") == nullptr);
      const auto now = device.where();
      REQUIRE(now.waits.size() == 1);
      CHECK(now.waits[0].why == wait_reason::kind::dependency);
      CHECK(now.waits[0].text.find("web: started when db is healthy: ") == 0);
      CHECK(now.running.empty());
      // The next update is not held up.
      REQUIRE(device.insist_on(target_of(value::map({{"db", service(1, checked())},
                                           {"web", service(3, after_db("service_started"))}}),
        "c2")));
      check_at_target(device);
      CHECK(runs(device, "web"));
      CHECK(container_of(device, "other") == nullptr);
    }
  }

  TEST_CASE("sim: what crashes all the time is replaced at once, and started ever more rarely") {
    for (const auto seed : seeds(20)) {
      CAPTURE(seed);
      simulated_device device{seed};
      publish_images(*device.world);
      device.start();
      // The engine leaves it alone when it has ended; Copal does not.
      const auto crashing =
        value::map({{"command", value::list({"sh", "-c", "exit 3"})}, {"restart", "on-failure"}});
      device.world->tires_of_restarts = true;
      REQUIRE(device.insist_on(target_of(value::map({{"web", service(3, crashing)}}), "c1")));
      device.system.run_for(std::chrono::minutes{60});
      // 0, 1, 2, 4 ... 512, 900 s: about a dozen, not one every few milliseconds.
      CHECK(device.world->calls["start_container"] > 5);
      CHECK(device.world->calls["start_container"] < 20);
      const auto now = device.where();
      REQUIRE(now.waits.size() == 1);
      CHECK(now.waits[0].why == wait_reason::kind::back_off);
      // While the image of the next release is fetched the pauses grow anew; its start does not
      // wait for the one that is under way then.
      device.world->pull_takes = [] { return std::chrono::seconds{200}; };
      const auto before = device.system.elapsed();
      REQUIRE(device.insist_on(
        target_of(value::map({{"web", service(3, value::map({}), "registry.sim/app1:1")}}), "c2")));
      CHECK(device.system.run_until([&] { return runs(device, "web"); }, std::chrono::minutes{20}));
      CHECK(device.system.elapsed() - before < std::chrono::seconds{210});
      check_at_target(device);
    }
  }
}

} // namespace copal::test
