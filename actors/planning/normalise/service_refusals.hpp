#pragma once

#include "actors/planning/normalise/reading.hpp"

#include <span>

namespace copal::planning {

/// The fields that compose knows for a service and that no container gets here, each with what its
/// author can do. docs/compatibility.md says why.
std::span<const refused_field> service_refusals();

} // namespace copal::planning
