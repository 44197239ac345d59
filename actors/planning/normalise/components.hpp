#pragma once

#include "actors/planning/normalise/app_setting.hpp"
#include "actors/planning/normalise/reading.hpp"
#include "messages/model/network.hpp"

#include <string_view>

/// The networks and volumes of a release. Source: spec/state-engine.md §3.
namespace copal::planning {

/// A network; null means one with all defaults.
target_network read_network(const node& n, const app_setting& app, std::string_view name);

/// The network every app has, when its release does not describe it.
target_network default_network(const app_setting& app, bool config_only);

/// A volume; null means one with all defaults.
target_volume read_volume(const node& n, const app_setting& app, std::string_view name);

} // namespace copal::planning
