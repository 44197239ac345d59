#pragma once

#include "messages/protocol/type_ids.hpp"

#include <caf/typed_actor.hpp>

namespace copal {

/// The registries that images come from. Nothing is retried here.
using registry_actor = caf::typed_actor<
  // not_found (no such image, or not allowed to see it), unavailable (no connection, a TLS failure,
  // or a status that says nothing of the image), timeout, corrupt (the answer is no manifest),
  // exhausted (an answer is too large, or too many requests wait), invalid_input (no reference).
  caf::replies_to<registry::look_at_image>::with<registry::remote_image>>;

} // namespace copal
