#pragma once

#include "actors/planning/normalise/release.hpp"

#include <vector>

namespace copal::planning {

/// Refuses services that could never run side by side because they publish the same port of the
/// host: each pair once, by name. Services that are not to run and such without ports of their own
/// (`network_mode` host, none, or of another) hold none.
void check_port_conflicts(const std::vector<read_service>& services);

} // namespace copal::planning
