#pragma once

#include "messages/model/lock.hpp"

#include <vector>

/// What is asked of the machine below.
namespace copal::host {

/// Looks into the lock folders of an app's services.
struct find_locks {
  app_id app;
  std::vector<service_name> services;
};
/// The users' locks found; our own lock files are left out.
struct found_locks {
  std::vector<user_lock> held;
};

template <class I>
typename I::result_type inspect(I& f, find_locks& x) {
  return f(x.app, x.services);
}

template <class I>
typename I::result_type inspect(I& f, found_locks& x) {
  return f(x.held);
}

} // namespace copal::host
