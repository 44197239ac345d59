#pragma once

#include "messages/model/container.hpp"
#include "messages/model/ids.hpp"

#include <chrono>

namespace copal {

/// How long a service was down the last time that a container of it was replaced: from the order to
/// stop the old one until the new one had started.
struct service_downtime {
  app_id app;
  service_name service;
  std::chrono::milliseconds lasted{0};
  wall_time ended;

  bool operator==(const service_downtime&) const = default;
};

template <class I>
typename I::result_type inspect(I& f, service_downtime& x) {
  return f(x.app, x.service, x.lasted, x.ended);
}

} // namespace copal
