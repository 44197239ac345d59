#include "actors/planning/normalise/quantities.hpp"

#include <optional>
#include <string>

#include <doctest/doctest.h>

namespace copal::planning {
namespace {

using namespace std::chrono_literals;

TEST_SUITE("planning") {
  TEST_CASE("sizes: a number with a power of 1024") {
    const struct {
      std::string text;
      std::optional<std::int64_t> bytes;
    } rows[] = {
      {"64", 64},
      {"64b", 64},
      {"64bb", 64},
      {"64K", 65536},
      {"64Kb", 65536},
      {"64mb", 67108864},
      {"64GB", 68719476736},
      {"0", 0},
      {"", std::nullopt},
      {"m", std::nullopt},
      {"-1m", std::nullopt},
      {"1.5g", std::nullopt},
      {"64 m", std::nullopt},
      {"64kk", std::nullopt},
      {"64t", std::nullopt},
      {"99999999999g", std::nullopt},
      {"99999999999999999999", std::nullopt},
    };
    for (const auto& row : rows) {
      CAPTURE(row.text);
      CHECK((parse_bytes(row.text) == row.bytes));
    }
  }

  TEST_CASE("durations: numbers with units, one behind the other") {
    const struct {
      std::string text;
      std::optional<std::chrono::nanoseconds> time;
    } rows[] = {
      {"10s", 10s},
      {"1m30s", 90s},
      {"500ms", 500ms},
      {"1500ms", 1500ms},
      {"7ns", 7ns},
      {"7us", 7us},
      {"7\u00b5s", 7us},
      {"7\u03bcs", 7us},
      {"2h", 2h},
      {"1d", 24h},
      {"1w", 168h},
      {"1.5s", 1500ms},
      {"0s", 0s},
      {"", std::nullopt},
      {"10", std::nullopt},
      {"s", std::nullopt},
      {"-1s", std::nullopt},
      {"1s 2s", std::nullopt},
      {"1x", std::nullopt},
      {"1e3s", std::nullopt},
      {"inf s", std::nullopt},
      {"999999w", std::nullopt},
    };
    for (const auto& row : rows) {
      CAPTURE(row.text);
      CHECK((parse_duration(row.text) == row.time));
    }
  }
}

} // namespace
} // namespace copal::planning
