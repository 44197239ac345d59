#include "actors/planning/plan/os_guard.hpp"

namespace copal::planning {

result<void> may_go_down(const host::os_update& host, bool force) {
  if (host.breadcrumbs.empty() || force)
    return {};
  return fail(errc::conflict, "Waiting for Host OS update to finish");
}

} // namespace copal::planning
