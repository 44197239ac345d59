#pragma once

#include "actors/planning/plan/plan_parts.hpp"

#include <vector>

/// What of the release before stands while it cannot be replaced. Source: spec/state-engine.md
/// §5.2, docs/decisions/0117.
namespace copal::planning {

/// A container that cannot go for now is started again when it has ended, by its own restart
/// policy. False: there is nothing to be started, and nothing was told.
bool keep_up(const situation& s,
  const std::vector<app_standing>& apps,
  const app_standing& app,
  const supervised_container& c,
  plan_builder& out);

/// The same for each container that these steps would end or rename, if they could.
void keep_up_all(const situation& s,
  const std::vector<app_standing>& apps,
  const app_standing& app,
  const std::vector<step>& held_up,
  plan_builder& out);

/// The one container of a service that the app's release does not have: others may rely on it until
/// that release is there.
bool is_of_release_before(const app_standing& app, const supervised_container& c);

/// The app's release has a service of that name.
bool is_in_release(const app_standing& app, const service_name& name);

} // namespace copal::planning
