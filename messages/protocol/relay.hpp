#pragma once

#include "messages/supervision.hpp"

#include <cstdint>

#include <caf/replies_to.hpp>
#include <caf/typed_actor.hpp>

namespace copal {

/// Any supervised child, as far as its root knows it.
using child_actor = caf::typed_actor<caf::reacts_to<wake_up>, caf::replies_to<probe>::with<alive>>;

/// The root to a relay: from now on this is the child; without one, there is none. What was asked
/// of the child before is answered with `unavailable`.
struct point_relay {
  child_actor child;
  std::uint64_t incarnation = 0;
};

template <class I>
typename I::result_type inspect(I& f, point_relay& x) {
  return f(x.child, x.incarnation);
}

} // namespace copal
