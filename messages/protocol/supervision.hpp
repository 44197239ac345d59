#pragma once

#include "messages/protocol/type_ids.hpp"

#include <caf/typed_actor.hpp>

namespace copal {

/// What every supervised child understands beside its own interface; children append these to it:
/// `caf::typed_actor<...own...>::extend<...>` is spelled `supervised<own>` below.
template <class Own>
using supervised =
  typename Own::template extend<caf::reacts_to<wake_up>, caf::replies_to<probe>::with<alive>>;

/// Keeps its children alive.
using root_actor = caf::typed_actor<
  // How the children are; always answered at once.
  caf::replies_to<get_health>::with<health>,
  // Ends everything in order; the root's own end is the answer.
  caf::reacts_to<stop_all>>;

} // namespace copal
