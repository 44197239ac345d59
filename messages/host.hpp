#pragma once

#include "messages/model/lock.hpp"

#include <string>
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

/// Under which addresses the device can be reached from outside. Source: spec/host.md §16.
struct get_addresses {};
struct addresses {
  std::vector<std::string> ip;  ///< In the machine's order, each once.
  std::vector<std::string> mac; ///< As `00:1A:2B:3C:4D:5E`, likewise.

  bool operator==(const addresses&) const = default;
};

template <class I>
typename I::result_type inspect(I& f, find_locks& x) {
  return f(x.app, x.services);
}

template <class I>
typename I::result_type inspect(I& f, found_locks& x) {
  return f(x.held);
}

template <class I>
typename I::result_type inspect(I& f, get_addresses&) {
  return f();
}

template <class I>
typename I::result_type inspect(I& f, addresses& x) {
  return f(x.ip, x.mac);
}

} // namespace copal::host
