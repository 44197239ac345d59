#pragma once

#include <cstdint>
#include <vector>

namespace copal::test {

/// The seeds a test runs with: 1 to `default_count`; `SIM_SEEDS=n` 1 to n; `SIM_SEED=x` just x.
/// Write `CAPTURE(seed)` in the loop, so that a failure names it.
std::vector<std::uint64_t> seeds(std::uint64_t default_count);

} // namespace copal::test
