#pragma once

#include "messages/protocol/type_ids.hpp"

#include <caf/typed_actor.hpp>

namespace copal {

/// Hears of the keys of the local API, whenever one is new.
using key_sink_actor = caf::typed_actor<caf::reacts_to<keys::key_ring>>;

/// Owns the keys of the local API.
using keys_actor = caf::typed_actor<
  // Waits until the store was read. What the store answers; exhausted (too many wait).
  caf::replies_to<keys::get_keys>::with<keys::issued_keys>,
  // Always answered at once, with what is known by then.
  caf::replies_to<keys::get_key_ring>::with<keys::key_ring>>;

} // namespace copal
