#pragma once

#include "messages/protocol/type_ids.hpp"

#include <caf/typed_actor.hpp>

namespace copal {

/// The machine below: its files and its network.
using host_actor = caf::typed_actor<
  // A missing folder holds no lock. unavailable (a folder cannot be looked into), invalid_input (a
  // service name that cannot be a folder's).
  caf::replies_to<host::find_locks>::with<host::found_locks>,
  // unavailable (the system does not tell).
  caf::replies_to<host::get_addresses>::with<host::addresses>>;

} // namespace copal
