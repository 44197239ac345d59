#include "actors/root/budget.hpp"

#include <vector>

#include <doctest/doctest.h>

namespace copal {
namespace {

using namespace std::chrono_literals;
using pause = std::optional<std::chrono::milliseconds>;

/// The pauses after deaths at the given times. Each restart comes right after its pause.
std::vector<pause> pauses(
  const restart_budget& budget, const std::vector<std::chrono::milliseconds>& deaths) {
  const restart_record::time_point zero{};
  restart_record record{zero, {}, 0ms};
  std::vector<pause> out;
  for (const auto at : deaths) {
    out.push_back(on_death(budget, record, zero + at));
    record.started = zero + at + out.back().value_or(0ms);
  }
  return out;
}

const pause gives_up;

TEST_SUITE("root") {
  TEST_CASE("budget: pauses double up to the longest, calm resets them, the window forgets") {
    const struct {
      const char* name;
      restart_budget budget;
      std::vector<std::chrono::milliseconds> deaths;
      std::vector<pause> expected;
    } rows[] = {
      {"no restart at all", {0, 1min, 1s, 8s, 10s}, {5s}, {gives_up}},
      {"one restart", {1, 1min, 1s, 8s, 10s}, {5s, 7s}, {1s, gives_up}},
      {"doubling", {9, 10min, 1s, 60s, 20s}, {1s, 3s, 6s, 11s, 20s}, {1s, 2s, 4s, 8s, 16s}},
      {"the longest", {9, 10min, 1s, 5s, 20s}, {1s, 3s, 6s, 11s, 17s}, {1s, 2s, 4s, 5s, 5s}},
      {"the longest below the first", {9, 10min, 8s, 5s, 20s}, {1s, 7s}, {5s, 5s}},
      {"no pauses", {9, 10min, 0s, 5s, 20s}, {1s, 2s, 3s}, {0s, 0s, 0s}},
      {"calm since the restart", {9, 10min, 1s, 60s, 20s}, {1s, 3s, 25s, 27s}, {1s, 2s, 1s, 2s}},
      {"just not calm", {9, 10min, 1s, 60s, 20s}, {1s, 3s, 24s}, {1s, 2s, 4s}},
      {"calm before the first death", {9, 10min, 1s, 60s, 20s}, {1h}, {1s}},
      {"the window's last moment", {2, 1min, 1s, 1s, 10s}, {0s, 30s, 59999ms}, {1s, 1s, gives_up}},
      {"the window is over", {2, 1min, 1s, 1s, 10s}, {0s, 30s, 60s}, {1s, 1s, 1s}},
      {"the window slides", {2, 1min, 1s, 1s, 10s}, {0s, 50s, 65s, 105s}, {1s, 1s, 1s, gives_up}},
    };
    for (const auto& row : rows) {
      CAPTURE(row.name);
      CHECK((pauses(row.budget, row.deaths) == row.expected));
    }
  }

  TEST_CASE("budget: the record holds no more deaths than the budget needs") {
    const restart_budget budget{3, 1min, 1s, 1s, 10s};
    restart_record record;
    for (int i = 0; i < 1000; ++i) {
      CHECK(on_death(budget, record, restart_record::time_point{} + i * 30s));
      CHECK(record.deaths.size() <= 3);
    }
  }

  TEST_CASE("budget: whether a child that never lives uses it up can be told beforehand") {
    const struct {
      const char* name;
      restart_budget budget;
      bool expected;
    } rows[] = {
      {"none allowed", {0, 1min, 1s, 1min, 1min}, true},
      {"quick", {5, 1min, 1s, 1min, 1min}, true},
      {"the back-offs are longer than the window", {7, 1min, 1s, 1min, 1min}, false},
      {"just as long", {2, 3s, 1s, 1min, 1min}, false},
      {"a shade shorter", {2, 3001ms, 1s, 1min, 1min}, true},
      {"the defaults", {}, true},
    };
    for (const auto& row : rows) {
      CAPTURE(row.name);
      CHECK(can_be_used_up(row.budget) == row.expected);
    }
  }
}

} // namespace
} // namespace copal
