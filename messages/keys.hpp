#pragma once

#include "messages/model/target.hpp"

#include <vector>

/// The keys of the local API, and whose they are. Source: spec/device-api.md §2.2.
namespace copal::keys {

/// A service that is to have a key.
struct wanted_key {
  app_id app;
  service_name service;
  secret found; ///< In the environment of its present container; empty when there is none.

  bool operator==(const wanted_key&) const = default;
};

/// Asks for the key of each service, the same as ever, or a new one. It is on the disk before it is
/// answered.
struct get_keys {
  std::vector<wanted_key> wanted;
};
struct issued_keys {
  std::vector<service_key_fact> items; ///< In the order they were asked for.
};

/// All that are good.
struct key_ring {
  secret global;                        ///< The cloud's; empty when it is not known yet.
  std::vector<service_key_fact> others; ///< Sorted by app and service.

  bool operator==(const key_ring&) const = default;
};
struct get_key_ring {};

template <class I>
typename I::result_type inspect(I& f, wanted_key& x) {
  return f(x.app, x.service, x.found);
}

template <class I>
typename I::result_type inspect(I& f, get_keys& x) {
  return f(x.wanted);
}

template <class I>
typename I::result_type inspect(I& f, issued_keys& x) {
  return f(x.items);
}

template <class I>
typename I::result_type inspect(I& f, key_ring& x) {
  return f(x.global, x.others);
}

template <class I>
typename I::result_type inspect(I& f, get_key_ring&) {
  return f();
}

} // namespace copal::keys
