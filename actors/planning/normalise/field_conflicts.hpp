#pragma once

#include "actors/planning/normalise/reading.hpp"
#include "messages/model/target.hpp"

namespace copal::planning {

/// What fields of a service say of each other, once all are read, the network mode too. A pair that
/// no engine takes is rejected; of one that has no effect, or that not every engine takes, the
/// field is not supported and left out. Source: what Docker 20.10 and 26 answer to them.
void check_field_conflicts(const node& composition, target_service& service);

} // namespace copal::planning
