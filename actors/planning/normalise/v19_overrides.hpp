#pragma once

#include "actors/planning/normalise/reading.hpp"
#include "messages/model/target.hpp"

#include <optional>

/// What the Node supervisor (v19) takes from a composition where it reads one otherwise than we do.
/// Source: spec/state-engine.md §2.7 and §14; docs/decisions/0102.
namespace copal::planning {

/// Its reading of what `ours` is ours of; nothing where both are the same. It may be equal to ours:
/// then it drops another field of the composition. Files it never read.
std::optional<image_overrides> read_as_v19(const node& composition, const image_overrides& ours);

} // namespace copal::planning
