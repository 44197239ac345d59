#pragma once

#include "actors/planning/normalise/app_setting.hpp"
#include "actors/planning/normalise/reading.hpp"
#include "messages/model/container_config.hpp"

#include <string>
#include <vector>

namespace copal::planning {

/// A service's `volumes`, short and long, into the container's binds, mounts and anonymous volumes;
/// named volumes get their engine names. Bind mounts: bind_mounts.hpp.
/// Source: spec/state-engine.md §2.4.
void read_service_volumes(const node& n, const app_setting& app, container_config& config);

/// A service's `tmpfs`: a text or a list of `path[:options]`, each path once, sorted.
std::vector<std::string> read_tmpfs(const node& n);

} // namespace copal::planning
