#pragma once

#include "messages/model/container.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace copal {

/// An update lock that a user's service holds: a file in the service's lock folder.
/// Source: spec/state-engine.md §7.1.
struct user_lock {
  app_id app;
  service_name service;
  std::string path; ///< As the host sees it.
  wall_time since;  ///< When the file was last changed.

  bool operator==(const user_lock&) const = default;
};

/// What is known of the update locks of one app.
struct lock_facts {
  app_id app;
  /// Looked just now: only then may a running container be stopped. Starting what was already
  /// stopped goes on with an older look.
  bool fresh = false;
  std::vector<user_lock> held; ///< Empty: nobody forbids an update.

  bool operator==(const lock_facts&) const = default;
};

template <class I>
typename I::result_type inspect(I& f, user_lock& x) {
  return f(x.app, x.service, x.path, x.since);
}

template <class I>
typename I::result_type inspect(I& f, lock_facts& x) {
  return f(x.app, x.fresh, x.held);
}

} // namespace copal
