// What waits to be replaced stands as it is: whoever ends it, it comes up again meanwhile.

#include "actors/planning/identity.hpp"
#include "tests/sim/checks.hpp"
#include "tests/sim/standing.hpp"
#include "tests/sim/targets.hpp"
#include "tests/support/seeds.hpp"

#include <algorithm>
#include <utility>

#include <doctest/doctest.h>

namespace copal::test {

namespace {

/// By its own policy a container that was killed is up again soon, unless its target keeps it
/// stopped.
bool is_to_be_up(simulated_device& device, const container& c) {
  const auto mode = c.config.restart.mode;
  if (mode != restart_mode::always && mode != restart_mode::on_failure)
    return false;
  const auto who = planning::identify(c.name, c.config.labels);
  const auto& target = device.possible.back().target;
  const auto* app = who ? find_app(target, who->app) : nullptr;
  const auto* service = app == nullptr ? nullptr : find_service(*app, who->name);
  return app != nullptr && (service == nullptr || service->running);
}

/// The containers that have run, are down, and are not to be.
std::vector<std::string> down(simulated_device& device) {
  std::vector<std::string> out;
  for (const auto& [id, c] : device.world->containers) {
    const auto is_up = c.state == container_state::running;
    if (!is_up && c.state != container_state::created && is_to_be_up(device, c))
      out.push_back(c.name + " is " + to_string(c.state));
  }
  return out;
}

/// Nothing comes up again by itself, as where the engine is started for each call.
void end_all(simulated_device& device) {
  for (auto& [id, c] : device.world->containers) {
    if (c.state != container_state::running && c.state != container_state::restarting)
      continue;
    c.state = container_state::exited;
    c.exit_code = 137;
    device.note_disturbed(id);
  }
}

/// Somebody else stops what runs.
void stop_all(simulated_device& device) {
  const auto watch = std::exchange(device.world->before_loss, nullptr);
  std::vector<container_id> ids;
  for (const auto& [id, c] : device.world->containers) {
    if (c.state == container_state::running)
      ids.push_back(id);
  }
  for (const auto& id : ids) {
    (void)device.world->stop_container(id);
    device.note_disturbed(id);
  }
  device.world->before_loss = watch;
}

/// A device at its target.
value reach_first(simulated_device& device) {
  publish_images(*device.world);
  device.start();
  auto target = draw_target(device.system.random());
  REQUIRE(device.insist_on(target));
  check_at_target(device);
  return target;
}

bool waits_for(simulated_device& device, wait_reason::kind why) {
  const auto waits = device.where().waits;
  return std::any_of(
    waits.begin(), waits.end(), [why](const wait_reason& w) { return w.why == why; });
}

} // namespace

TEST_SUITE("sim") {
  TEST_CASE("sim: after a reboot while a release cannot be fetched the release before runs") {
    auto waited = 0;
    const auto all = seeds(100);
    for (const auto seed : all) {
      CAPTURE(seed);
      simulated_device device{seed};
      const auto first = reach_first(device);
      const auto published = std::exchange(device.world->registry, {});
      // The last one that was accepted is on the disk: nobody sends it again.
      REQUIRE(device.insist_on(draw_next_target(device.system.random(), first)));
      device.system.run_for(std::chrono::minutes{2});
      waited += waits_for(device, wait_reason::kind::back_off) ? 1 : 0;
      device.power_cut();
      end_all(device);
      device.start();
      device.system.run_for(std::chrono::minutes{2});
      const auto missing = down(device);
      CHECK_MESSAGE(missing.empty(), "down:", join(missing));
      device.world->registry = published;
      check_at_target(device);
    }
    CHECK((waited > 5 || all.size() < 50));
  }

  TEST_CASE("sim: what somebody stops while a lock holds its update up is started again") {
    auto waited = 0;
    const auto all = seeds(100);
    for (const auto seed : all) {
      CAPTURE(seed);
      simulated_device device{seed};
      const auto first = reach_first(device);
      for (const auto& [id, c] : device.world->containers) {
        const auto who = planning::identify(c.name, c.config.labels);
        device.files->put_lock({who->app, who->name, "/locks/it", device.world->now()});
      }
      REQUIRE(device.insist_on(draw_next_target(device.system.random(), first)));
      device.system.run_for(std::chrono::minutes{3});
      waited += waits_for(device, wait_reason::kind::lock) ? 1 : 0;
      for (auto i = 0; i < 2; ++i) {
        stop_all(device);
        device.system.run_for(std::chrono::minutes{1});
        const auto missing = down(device);
        CHECK_MESSAGE(missing.empty(), "down:", join(missing));
      }
      device.files->drop_locks();
      check_at_target(device);
    }
    CHECK((waited > 5 || all.size() < 50));
  }
}

} // namespace copal::test
