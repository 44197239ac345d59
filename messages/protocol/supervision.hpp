#pragma once

#include "messages/protocol/type_ids.hpp"

#include <caf/typed_actor.hpp>

namespace copal {

/// What a supervised child understands: its own interface and its root's (`child_actor`).
template <class Own>
using supervised =
  typename Own::template extend<caf::reacts_to<wake_up>, caf::replies_to<probe>::with<alive>>;

/// How the root steers a relay.
using relay_control_actor = caf::typed_actor<caf::replies_to<point_relay>::with<relay_counts>,
  caf::replies_to<get_relay_counts>::with<relay_counts>>;

/// The stable handle of a supervised child. It converts to `Own`, which is what everybody but the
/// root gets. Beside the child's own answers there are: `unavailable` (the child is down, or went
/// down before it answered), `exhausted` (too many requests are outstanding).
template <class Own>
using relay_actor = typename Own::template extend_with<relay_control_actor>;

/// Hears how all children are, whenever that of one has changed.
using health_sink_actor = caf::typed_actor<caf::reacts_to<health>>;

/// Keeps its children alive.
using root_actor = caf::typed_actor<
  // How the children are; always answered at once.
  caf::replies_to<get_health>::with<health>,
  // Ends everything in order; the root's own end is the answer.
  caf::reacts_to<stop_all>>;

/// The interface that an actor with timers of its own has inside (`actors/timers.hpp`).
template <class Own>
using with_timers = typename Own::template extend<caf::reacts_to<timer_due>>;

} // namespace copal
