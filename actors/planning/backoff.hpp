#pragma once

#include "messages/model/attempt.hpp"

#include <chrono>
#include <cstdint>
#include <utility>

namespace copal::planning {

/// The pause after the `failures`-th failure in a row: 2^failures * 500 ms, at most `cap`. No pause
/// before the first failure. Defined for every number. Source: spec/state-engine.md §5.5.
std::chrono::milliseconds backoff(std::int64_t failures, std::chrono::milliseconds cap);

/// Counts one more failure in a row, of a step or of a fetch: the pause grows and begins, and the
/// last tries are kept.
template <class Failure>
void count_failure(Failure& of, error why, wall_time at, std::chrono::milliseconds longest_pause) {
  of.attempts.push_back({at, why});
  if (of.attempts.size() > most_attempts)
    of.attempts.erase(of.attempts.begin());
  of.last = std::move(why);
  ++of.count;
  of.pause = backoff(of.count, longest_pause);
  of.waiting = true;
}

} // namespace copal::planning
