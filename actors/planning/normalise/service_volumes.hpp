#pragma once

#include "actors/planning/normalise/app_setting.hpp"
#include "actors/planning/normalise/reading.hpp"
#include "messages/model/container_config.hpp"

namespace copal::planning {

/// A service's `volumes`, short and long, into the container's binds, mounts and anonymous volumes;
/// named volumes get their engine names. Bind mounts: bind_mounts.hpp.
/// Source: spec/state-engine.md §2.4.
void read_service_volumes(const node& n, const app_setting& app, container_config& config);

} // namespace copal::planning
