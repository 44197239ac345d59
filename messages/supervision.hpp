#pragma once

#include "messages/result.hpp"

#include <chrono>
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

enum class child_state : std::uint8_t {
  up,        ///< Runs and answered its last probe.
  stuck,     ///< Runs and did not answer in time.
  down,      ///< Waits for its restart.
  abandoned, ///< The restart budget is used up; the process ends.
};
std::string to_string(child_state x);

struct child_health {
  std::string name;
  child_state state = child_state::down;
  std::uint64_t incarnation = 0; ///< 1 for the first; one more with each restart.
  std::string last_error;        ///< Why it went down last; empty when it never did.

  bool operator==(const child_health&) const = default;
};

struct get_health {};
struct health {
  bool healthy = false; ///< Every child is up and answered its last probe.
  std::vector<child_health> children;

  bool operator==(const health&) const = default;
};

/// Ends the children in reverse order, each within its bound, then the root.
struct stop_all {};

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
typename I::result_type inspect(I& f, child_health& x) {
  return f(x.name, x.state, x.incarnation, x.last_error);
}

template <class I>
typename I::result_type inspect(I& f, get_health&) {
  return f();
}

template <class I>
typename I::result_type inspect(I& f, health& x) {
  return f(x.healthy, x.children);
}

template <class I>
typename I::result_type inspect(I& f, stop_all&) {
  return f();
}

} // namespace copal
