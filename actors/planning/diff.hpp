#pragma once

#include "messages/model/value.hpp"

namespace copal::planning {

/// What of `after` is not in `before`: the members of `after` that are new or differ. Down to
/// `depth` levels, two maps under the same key are told apart member by member; below, a differing
/// member stands whole. Members that only `before` has are not told. Values that are not maps
/// differ whole; equal values give an empty map. Order of keys has no meaning.
/// Source: spec/state-engine.md §12 case 65.
value diff(const value& before, const value& after, int depth);

/// Without the maps that are empty, or become so. Everything else stays: `[]`, 0, null, "".
value prune(const value& tree);

} // namespace copal::planning
