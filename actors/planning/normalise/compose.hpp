#pragma once

#include "actors/planning/normalise/reading.hpp"
#include "messages/model/target.hpp"

namespace copal::planning {

/// Reads a compose file as the whole target of a device: one app, named like the project. Whatever
/// is not supported is refused, never dropped. Identity: derived_ids.hpp.
device_target read_compose_target(const node& root, const device_facts& device);

} // namespace copal::planning
