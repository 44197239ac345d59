#pragma once

#include "messages/model/container.hpp"

#include <cstdint>
#include <string>

/// What people ask of apps and services beside their target. Source: spec/device-api.md §4 and §5.
namespace copal::requests {

enum class verb : std::uint8_t {
  stop_service,    ///< Keeps the container; holds until the target changes.
  start_service,   ///< Ends a hold; the container is started whatever its policy says.
  restart_service, ///< Removes the container and makes it anew.
  restart_app,     ///< The same for all containers of the app.
  purge_app,       ///< The same, and the app's volumes in between.
};
std::string to_string(verb x); ///< "stop", "start", "restart", "restart", "purge".

/// Asks for it; answered when it is done, or cannot be.
struct perform {
  verb what = verb::stop_service;
  app_id app;
  service_name service; ///< Of the first three.
  bool force = false;   ///< Users' update locks of the app do not count.

  bool operator==(const perform&) const = default;
};
struct performed {
  container_id container; ///< Of the service; empty for whole apps.
};

template <class I>
typename I::result_type inspect(I& f, perform& x) {
  return f(x.what, x.app, x.service, x.force);
}

template <class I>
typename I::result_type inspect(I& f, performed& x) {
  return f(x.container);
}

} // namespace copal::requests
