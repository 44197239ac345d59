#pragma once

#include "actors/planning/normalise/release.hpp"

#include <set>
#include <vector>

/// What services wait for before they are started: `depends_on`. Source: spec/state-engine.md §2
/// and the Compose specification.
namespace copal::planning {

/// A list of names, or a map from names to `condition`, `required` and `restart`. Sorted by name,
/// each once.
std::vector<dependency> read_depends_on(const node& n);

/// Adds a plain dependency unless there is one on that service.
void add_dependency(std::vector<dependency>& to, const service_name& service);

/// Leaves out dependencies on services that the release does not have, and refuses what could never
/// be met: a circle, the end of a service that is always started again, the health of one whose
/// check is switched off.
void check_dependencies(std::vector<read_service>& services);

} // namespace copal::planning
