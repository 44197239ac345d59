#pragma once

#include <chrono>
#include <cstdint>

namespace copal::planning {

/// The pause after the `failures`-th failure in a row: 2^failures * 500 ms, at most `cap`. No pause
/// before the first failure. Defined for every number. Source: spec/state-engine.md §5.5.
std::chrono::milliseconds backoff(std::int64_t failures, std::chrono::milliseconds cap);

} // namespace copal::planning
