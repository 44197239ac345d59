#pragma once

#include "messages/protocol/power.hpp"
#include "messages/protocol/supervision.hpp"
#include "tests/fakes/fault_source.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

namespace copal::test {

/// Who turns the fake machine off and on; it outlives the actor.
struct power_world {
  std::optional<error> refused;    ///< Why it cannot be done now.
  std::uint64_t accepted = 0;      ///< Reboots that will come, however the answer fared.
  std::function<void()> accepts{}; ///< Called with each: the place for invariants.
};

/// A power edge over memory. Without faults each request takes 1 to 50 ms of virtual time.
supervised<power_actor> spawn_fake_power(caf::actor_system& system,
  std::shared_ptr<power_world> world,
  std::shared_ptr<fault_source> faults);

} // namespace copal::test
