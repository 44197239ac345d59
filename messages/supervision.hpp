#pragma once

#include "messages/result.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace copal {

// Between the root and its children.

/// The root to a child that has just come up, after its relay points to it: subscribe, ask the
/// first questions.
struct wake_up {};

/// The root to a child: answer at once, to show that you still take messages.
struct probe {};
struct alive {};

/// What a relay did not pass on, and what it holds. Counted since the process began.
struct relay_counts {
  std::uint64_t dropped = 0;  ///< One-way messages that came while the child was down.
  std::uint64_t refused = 0;  ///< Requests above the bound of outstanding ones.
  std::uint64_t orphaned = 0; ///< Requests whose child went down before it answered.
  std::uint64_t in_flight = 0;

  bool operator==(const relay_counts&) const = default;
};

/// Asks a relay for its counts.
struct get_relay_counts {};

enum class child_state : std::uint8_t {
  up,        ///< Runs and answered its last probe.
  stuck,     ///< Runs, did not answer in time, and has not yet ended although it was killed.
  down,      ///< Waits for its restart, or was stopped.
  abandoned, ///< The restart budget is used up; the process ends.
};
std::string to_string(child_state x);

struct child_health {
  std::string name;
  child_state state = child_state::down;
  std::uint64_t incarnation = 0; ///< 1 for the first; one more with each start.
  std::string last_error;        ///< Why it went down last; empty when it never did.
  relay_counts counts;           ///< As of the last start or probe.

  bool operator==(const child_health&) const = default;
};

struct get_health {};
struct health {
  bool healthy = false;  ///< Every child is up and answered its last probe.
  bool stopping = false; ///< The end has begun: children that are down stay down.
  std::vector<child_health> children;

  bool operator==(const health&) const = default;
};

/// Ends the children in reverse order, each within its bound, then the root.
struct stop_all {};

/// An actor's timer to itself; `actors/timers.hpp` knows what it is for.
struct timer_due {
  std::uint64_t timer = 0;
};

template <class I>
typename I::result_type inspect(I& f, wake_up&) {
  return f();
}

template <class I>
typename I::result_type inspect(I& f, probe&) {
  return f();
}

template <class I>
typename I::result_type inspect(I& f, alive&) {
  return f();
}

template <class I>
typename I::result_type inspect(I& f, relay_counts& x) {
  return f(x.dropped, x.refused, x.orphaned, x.in_flight);
}

template <class I>
typename I::result_type inspect(I& f, get_relay_counts&) {
  return f();
}

template <class I>
typename I::result_type inspect(I& f, child_health& x) {
  return f(x.name, x.state, x.incarnation, x.last_error, x.counts);
}

template <class I>
typename I::result_type inspect(I& f, get_health&) {
  return f();
}

template <class I>
typename I::result_type inspect(I& f, health& x) {
  return f(x.healthy, x.stopping, x.children);
}

template <class I>
typename I::result_type inspect(I& f, stop_all&) {
  return f();
}

template <class I>
typename I::result_type inspect(I& f, timer_due& x) {
  return f(x.timer);
}

} // namespace copal
