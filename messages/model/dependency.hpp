#pragma once

#include "messages/model/ids.hpp"

#include <cstdint>
#include <string>

namespace copal {

/// What must be so of a service before another one that depends on it is started.
enum class dependency_condition : std::uint8_t {
  started,   ///< It has been started once.
  healthy,   ///< Its health check says so.
  completed, ///< It has ended with code 0.
};
/// As a composition spells it: "service_started", ...
std::string to_string(dependency_condition x);

/// A service that another one waits for with its start.
struct dependency {
  service_name service;
  dependency_condition condition = dependency_condition::started;
  bool required = true; ///< false: it is not waited for once it has failed.
  bool restart = false; ///< The dependent is started anew when this one was made anew.

  bool operator==(const dependency&) const = default;
};

template <class I>
typename I::result_type inspect(I& f, dependency& x) {
  return f(x.service, x.condition, x.required, x.restart);
}

} // namespace copal
