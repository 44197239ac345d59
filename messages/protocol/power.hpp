#pragma once

#include "messages/protocol/type_ids.hpp"

#include <caf/typed_actor.hpp>

namespace copal {

/// Turns the machine off and on. Nothing is retried here.
using power_actor = caf::typed_actor<
  // unavailable (nobody on the system bus does it, or he refuses), timeout (no answer: it may be
  // done all the same).
  caf::replies_to<power::reboot>::with<power::accepted>>;

} // namespace copal
