#pragma once

#include "messages/model/container.hpp"

#include <chrono>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

namespace copal {

/// An update lock that a user's service holds: a file in the service's lock folder.
/// Source: spec/state-engine.md §7.1.
struct user_lock {
  app_id app;
  service_name service;
  std::string path;        ///< As the host sees it.
  wall_time since;         ///< When the file was last changed.
  std::uint32_t owner = 0; ///< The user that it belongs to.

  bool operator==(const user_lock&) const = default;
};

/// What is known of the update locks of one app.
struct lock_facts {
  app_id app;
  bool taken = false;            ///< By us, for `services`: what runs of them may be stopped.
  std::vector<user_lock> held{}; ///< By users, when they were last to be taken.
  /// Files of ours may lie about: of an earlier run, or of a request without an answer.
  bool left_over = false;
  std::set<service_name> services{}; ///< Of which the locks are taken.
  wall_time since{};                 ///< They are taken.
  /// Until a user's lock is looked at again, unless it goes before.
  std::chrono::milliseconds pause{0};

  bool operator==(const lock_facts&) const = default;
};

template <class I>
typename I::result_type inspect(I& f, user_lock& x) {
  return f(x.app, x.service, x.path, x.since, x.owner);
}

template <class I>
typename I::result_type inspect(I& f, lock_facts& x) {
  return f(x.app, x.taken, x.held, x.left_over, x.services, x.since, x.pause);
}

} // namespace copal
