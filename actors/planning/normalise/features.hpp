#pragma once

#include "actors/planning/normalise/app_setting.hpp"
#include "messages/model/target.hpp"

#include <string_view>
#include <vector>

namespace copal::planning {

/// Gives a service what its `io.balena.features.*` labels ask for: binds, mounts, variables,
/// devices, the supervisor's network. Its other fields must be complete.
/// Source: spec/state-engine.md §2.3.
void apply_features(const app_setting& app, target_service& service);

/// A label that says `1`, `true` or `on`, in any case.
bool is_on(const label_map& labels, std::string_view key);

/// The GPU that a label asks for, if it does.
std::vector<device_request> requests_by_label(const label_map& labels);

/// Whether a service of a target speaks to the local API, and so has a key.
bool uses_supervisor_api(const target_service& service);

} // namespace copal::planning
