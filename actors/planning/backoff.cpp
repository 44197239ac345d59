#include "actors/planning/backoff.hpp"

#include <algorithm>

namespace copal::planning {

std::chrono::milliseconds backoff(std::int64_t failures, std::chrono::milliseconds cap) {
  constexpr std::chrono::milliseconds unit{500};
  constexpr std::int64_t longest = 40; // 2^40 * 500 ms: seventeen thousand years, no overflow
  if (failures < 1)
    return std::chrono::milliseconds{0};
  return std::min(unit * (std::int64_t{1} << std::min(failures, longest)), cap);
}

} // namespace copal::planning
