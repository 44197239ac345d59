#include "actors/planning/backoff.hpp"

#include <limits>
#include <string>

#include <doctest/doctest.h>

namespace copal::planning {
namespace {

using namespace std::chrono_literals;

TEST_SUITE("planning") {
  TEST_CASE("backoff: it doubles from one second up to its cap, for any number") {
    const struct {
      std::string name;
      std::int64_t failures;
      std::chrono::milliseconds cap, pause;
    } rows[] = {
      {"nothing failed", 0, 15min, 0ms},
      {"a number from nowhere", -3, 15min, 0ms},
      {"first failure", 1, 15min, 1s},
      {"second", 2, 15min, 2s},
      {"tenth", 10, 15min, 512s},
      {"eleventh meets the cap", 11, 15min, 15min},
      {"the cap is below the first pause", 1, 200ms, 200ms},
      {"far beyond what a number holds", 64, 15min, 15min},
      {"the largest number", std::numeric_limits<std::int64_t>::max(), 24h, 24h},
    };
    for (const auto& row : rows) {
      CAPTURE(row.name);
      CHECK((backoff(row.failures, row.cap) == row.pause));
    }
  }
}

} // namespace
} // namespace copal::planning
