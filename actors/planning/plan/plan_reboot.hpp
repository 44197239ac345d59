#pragma once

#include "actors/planning/plan/plan_parts.hpp"
#include "messages/result.hpp"

namespace copal::planning {

/// A reboot that was required since the last boot, once nothing else is to be done or under way:
/// under the update locks of every app that there is. Speaks last. Nothing where nobody does it.
/// Source: spec/state-engine.md §5.1, spec/device-api.md §7.
void plan_reboot(const situation& s, const std::vector<app_standing>& apps, plan_builder& out);

/// Whether the host lets the device be rebooted. `conflict`: not now, with the reason for people.
result<void> may_reboot(const situation& s);

} // namespace copal::planning
