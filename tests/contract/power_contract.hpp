#pragma once

#include "messages/protocol/power.hpp"

#include <cstddef>
#include <functional>

#include <caf/actor_system.hpp>

namespace copal::test {

/// Who turns a machine off and on, and the one behind him who does it.
struct power_subject {
  power_actor power;
  std::function<void()> accept; ///< He does it from here on.
  std::function<void()> refuse;
  std::function<std::size_t()> accepted; ///< Reboots that will come.
};

/// What every edge must do that reboots a machine, real or fake. To be called from a test case of
/// its own; the machine is new.
void check_power_contract(caf::actor_system& system, const power_subject& subject);

} // namespace copal::test
