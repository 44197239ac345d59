#include "actors/planning/plan/healing.hpp"

#include <utility>

namespace copal::planning {

bool may_start_again(healing& so_far, const container& c) {
  if (so_far.id != c.id)
    so_far = {c.id, 0, false, {}};
  const auto never_came_up = so_far.in_a_row > 0 && so_far.started == c.started;
  if (std::exchange(so_far.paused, false) || never_came_up) {
    so_far.started = c.started;
    return true;
  }
  if (c.finished - c.started >= long_run)
    so_far.in_a_row = 0;
  so_far.paused = so_far.in_a_row++ > 0;
  if (!so_far.paused)
    so_far.started = c.started;
  return !so_far.paused;
}

} // namespace copal::planning
