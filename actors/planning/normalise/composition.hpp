#pragma once

#include "actors/planning/normalise/app_setting.hpp"
#include "actors/planning/normalise/reading.hpp"
#include "messages/model/target.hpp"

/// One service's composition, field by field. Source: spec/state-engine.md §2.
namespace copal::planning {

/// Reads all fields of a composition into `service`, whose name is set; fields that are absent
/// leave it as it is. Networks and network mode are in engine names.
void read_composition(const node& composition, const app_setting& app, target_service& service);

} // namespace copal::planning
