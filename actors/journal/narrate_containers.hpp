#pragma once

#include "messages/journal.hpp"
#include "messages/update.hpp"

#include <cstdint>
#include <map>
#include <vector>

namespace copal::journal_parts {

/// What was told of a container.
struct told_container {
  wall_time ended; ///< Its last end.
  health_state health = health_state::none;
  std::int64_t restarts = 0;        ///< By the engine, of those that count.
  std::int64_t restarts_before = 0; ///< That had been when it was first seen.
  std::uint64_t memory_kills = 0;
};

/// The containers that were told of.
struct told_containers {
  std::map<container_id, told_container> all;
  bool begun = false; ///< What there was at first is not news.
};

/// What happened inside the containers since the last time: their health, ends that are not our
/// doing, restarts by the engine, lack of memory. Of those that have gone nothing is kept.
void tell_containers(told_containers& told, const progress& now, std::vector<log_line>& out);

} // namespace copal::journal_parts
