// The local API over the real deciding actors: it answers whatever is down, and what it says is so.

#include "tests/sim/chaos.hpp"
#include "tests/sim/targets.hpp"
#include "tests/support/seeds.hpp"

#include <doctest/doctest.h>

namespace copal::test {

namespace {

/// Asks and waits; nothing when no answer came.
std::optional<api::reply> get(simulated_device& device,
  const std::string& path,
  std::chrono::milliseconds within = std::chrono::seconds{5}) {
  api::request what;
  what.method = "GET";
  what.path = path;
  for (const auto& key : device.disk->keys) {
    if (key.app.value == 0)
      what.key = key.key;
  }
  auto asked = ask(device.system, device.handles.api, what);
  device.system.run_until([&asked] { return asked.there(); }, within);
  return asked.there() && asked.get() ? std::optional{*asked.get()} : std::nullopt;
}

value body_of(const std::optional<api::reply>& x) {
  const auto* body = x ? std::get_if<value>(&x->body) : nullptr;
  return body == nullptr ? value{} : *body;
}

/// The ids of containers that an answer tells of.
std::set<std::string> told(const value& status) {
  std::set<std::string> out;
  const auto* list = status.find("containers");
  if (list == nullptr || list->as_list() == nullptr)
    return out;
  for (const auto& item : *list->as_list())
    out.insert(*item.find("containerId")->as_text());
  return out;
}

std::set<std::string> of_first_app(const progress& now) {
  std::set<std::string> out;
  std::optional<app_id> first;
  for (const auto& c : now.engine.containers)
    first = first ? std::min(*first, c.who.app) : c.who.app;
  for (const auto& c : now.engine.containers) {
    if (c.who.app == first)
      out.insert(c.what.id.value);
  }
  return out;
}

} // namespace

TEST_SUITE("sim") {
  TEST_CASE("sim: the local API tells what is so, and goes on while the engine is away") {
    for (const auto seed : seeds(40)) {
      CAPTURE(seed);
      simulated_device device{seed};
      publish_images(*device.world);
      device.start();
      REQUIRE(device.insist_on(draw_target(device.system.random())));
      REQUIRE(device.run_until_settled(std::chrono::minutes{60}));
      device.system.run_for(std::chrono::seconds{1});
      const auto before = body_of(get(device, "/v2/state/status"));
      CHECK(*before.find("appState") == value{"applied"});
      CHECK(told(before) == of_first_app(device.where()));

      device.world->reachable = false;
      device.world->end_stream();
      device.system.run_for(std::chrono::seconds{20});
      const auto meanwhile = body_of(get(device, "/v2/state/status"));
      CHECK(told(meanwhile) == told(before));
      for (const auto* path : {"/ping", "/v1/healthy", "/v1/device", "/v2/version"}) {
        const auto got = get(device, path);
        REQUIRE(got);
        CHECK(got->status == 200);
      }
      device.world->reachable = true;
    }
  }

  TEST_CASE("sim: whatever child of the device dies, the local API soon answers and is right") {
    for (const auto seed : seeds(40)) {
      CAPTURE(seed);
      simulated_device device{seed};
      publish_images(*device.world);
      device.start();
      REQUIRE(device.insist_on(draw_target(device.system.random())));
      REQUIRE(device.run_until_settled(std::chrono::minutes{60}));
      for (const auto* child : {"conductor", "containers", "images", "keys", "api", "host"}) {
        CAPTURE(child);
        for (const auto& actor : device.system.running(child))
          caf::anon_send_exit(caf::actor_cast<caf::actor>(actor), caf::exit_reason::kill);
        device.system.run_for(std::chrono::seconds{10});
        const auto got = get(device, "/v2/state/status");
        REQUIRE(got);
        CHECK(got->status == 200);
        CHECK(told(body_of(got)) == of_first_app(device.where()));
      }
    }
  }
}

} // namespace copal::test
