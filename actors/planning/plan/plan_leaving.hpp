#pragma once

#include "actors/planning/plan/plan_parts.hpp"

#include <optional>
#include <vector>

namespace copal::planning {

/// A service of the app of which a container of another release is about to go, by `stopping`, or
/// is being stopped now; nothing when there is none. One that cannot be stopped does not count, nor
/// one that hands over. (docs/decisions/0112)
std::optional<service_name> leaving_service(const situation& s,
  const app_standing& app,
  const std::vector<step>& stopping,
  const plan_builder& made);

/// Of the removals that failed, those whose container may run on until they are tried again: it was
/// stopped for them, the release has its service, and of that nothing was made since, or is about
/// to be.
std::vector<step> may_run_on(const situation& s,
  const app_standing& app,
  const std::vector<step>& failed,
  const std::vector<step>& starting);

/// A release is not mixed with the one before: nothing new is started beside containers of that one
/// which are on their way out. Why is noted. (docs/decisions/0112)
void hold_installs(const situation& s,
  const app_standing& app,
  const std::vector<step>& stopping,
  std::vector<step>& starting,
  plan_builder& out);

} // namespace copal::planning
