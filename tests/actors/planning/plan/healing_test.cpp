#include "actors/planning/plan/healing.hpp"

#include <string>

#include <doctest/doctest.h>

namespace copal::planning {
namespace {

using namespace std::chrono_literals;

/// Its n-th run ended after so long.
container ended(const std::string& id, int n, std::chrono::seconds after) {
  container c;
  c.id.value = id;
  c.started = wall_time{100h} + n * 1h;
  c.finished = c.started + after;
  return c;
}

TEST_SUITE("planning: healing") {
  TEST_CASE("healing: the first start is at once, the next ones after growing pauses") {
    healing so_far;
    CHECK(may_start_again(so_far, ended("a", 0, 0s)));
    for (int pause = 1; pause < 20; ++pause) {
      CHECK_FALSE(may_start_again(so_far, ended("a", pause, 9s)));
      CHECK(so_far.in_a_row - 1 == pause);
      CHECK(may_start_again(so_far, ended("a", pause, 9s)));
    }
  }

  TEST_CASE("healing: a long run ends the row, and so does another container") {
    for (const auto& next : {ended("a", 2, 10s), ended("b", 2, 0s)}) {
      CAPTURE(next.id.value);
      healing so_far;
      CHECK(may_start_again(so_far, ended("a", 0, 0s)));
      CHECK_FALSE(may_start_again(so_far, ended("a", 1, 0s)));
      CHECK(may_start_again(so_far, ended("a", 1, 0s)));
      CHECK(may_start_again(so_far, next));
      CHECK(so_far.in_a_row == 1);
      CHECK_FALSE(may_start_again(so_far, ended(next.id.value, 3, 1s)));
    }
  }

  TEST_CASE("healing: a start that failed is not counted") {
    healing so_far;
    for (int n = 0; n < 5; ++n)
      CHECK(may_start_again(so_far, ended("a", 0, 0s)));
    CHECK(so_far.in_a_row == 1);
    CHECK_FALSE(may_start_again(so_far, ended("a", 1, 0s)));
    for (int n = 0; n < 5; ++n)
      CHECK(may_start_again(so_far, ended("a", 1, 0s)));
    CHECK(so_far.in_a_row == 2);
  }
}

} // namespace
} // namespace copal::planning
