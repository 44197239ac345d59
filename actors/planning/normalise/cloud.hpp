#pragma once

#include "actors/planning/normalise/reading.hpp"
#include "messages/model/target.hpp"

namespace copal::planning {

/// Reads the cloud's target state, version 3: `{"<device uuid>": {...}}`.
/// Source: spec/cloud-protocol.md §4, §4.3 and §4.4.
device_target read_cloud_target(const node& root, const device_facts& device);

} // namespace copal::planning
