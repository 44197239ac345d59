#pragma once

#include "messages/model/container.hpp"

#include <chrono>
#include <cstdint>

namespace copal::planning {

/// How often a container was started again after it had ended. Source: spec/state-engine.md §5.2,
/// "Copal heals".
struct healing {
  container_id id;
  std::int64_t in_a_row = 0; ///< Starts, the next one among them, each soon after the last.
  bool paused = false;       ///< The next start comes after a pause.
  wall_time started;         ///< When it had been started last, as the engine showed it then.

  bool operator==(const healing&) const = default;
};

/// A container that ran for so long has come up; the engine's own restart policy judges alike.
inline constexpr std::chrono::seconds long_run{10};

/// An ended container is to be started again. True: now; false: after a pause of
/// `backoff(so_far.in_a_row - 1)`, and then this says true. A start that failed is none: its pause
/// is that of any failure.
bool may_start_again(healing& so_far, const container& c);

} // namespace copal::planning
