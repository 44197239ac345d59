#pragma once

#include "actors/planning/normalise/release.hpp"

namespace copal::planning {

/// Refuses a service of which two mounts have one place in its container: no engine makes it, and
/// by the time that is found out the old container has gone. Call when all is mounted that will be.
void check_mount_conflicts(const read_service& s);

} // namespace copal::planning
