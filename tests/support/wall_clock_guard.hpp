#pragma once

#include <cstdint>

namespace copal::test {

/// Ends the process, naming the seed, when the guarded part of a test takes longer than
/// `SIM_WALL_SECONDS` (120) of real time. May be nested: the innermost counts.
class wall_clock_guard {
public:
  explicit wall_clock_guard(std::uint64_t seed);
  ~wall_clock_guard();
  wall_clock_guard(const wall_clock_guard&) = delete;
  wall_clock_guard& operator=(const wall_clock_guard&) = delete;

private:
  std::uint64_t outer_seed_;
};

} // namespace copal::test
