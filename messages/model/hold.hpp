#pragma once

#include "messages/model/container.hpp"

#include <string>

namespace copal {

/// Somebody asked that a service stands still, or runs, whatever its target says. It holds for one
/// container of one release; see `planning::is_in_force`.
struct service_hold {
  app_id app;
  service_name service;
  bool running = false; ///< What was asked for.
  commit_id commit;     ///< The release that was to run when it was asked.
  container_id container;
  wall_time started;   ///< When that container was last started, as the engine shows it.
  std::string boot_id; ///< Of the machine's run in which it was asked; empty: not known.

  bool operator==(const service_hold&) const = default;
};

template <class I>
typename I::result_type inspect(I& f, service_hold& x) {
  return f(x.app, x.service, x.running, x.commit, x.container, x.started, x.boot_id);
}

} // namespace copal
