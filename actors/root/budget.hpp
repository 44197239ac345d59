#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

namespace copal {

/// How often, and how fast, a child is restarted.
struct restart_budget {
  /// Restarts allowed within the window; one more ends the process. 0: its first death does.
  unsigned restarts = 5;
  std::chrono::milliseconds window{std::chrono::minutes{10}};
  std::chrono::milliseconds first_backoff{std::chrono::seconds{1}};
  std::chrono::milliseconds max_backoff{std::chrono::minutes{1}};
  /// After that long without a death the next back-off is the first again.
  std::chrono::milliseconds calm{std::chrono::minutes{1}};

  bool operator==(const restart_budget&) const = default;
};

/// What is remembered of a child's deaths.
struct restart_record {
  using time_point = std::chrono::steady_clock::time_point;

  time_point started;                ///< Of the present or last incarnation.
  std::vector<time_point> deaths;    ///< Those within the window, oldest first.
  std::chrono::milliseconds last{0}; ///< Back-off before the last restart; 0 when there was none.

  bool operator==(const restart_record&) const = default;
};

/// Records a death at `now`. The pause before the restart; nothing when the budget is used up.
std::optional<std::chrono::milliseconds> on_death(
  const restart_budget& budget, restart_record& record, restart_record::time_point now);

/// True when a child that dies as soon as it is started uses up its budget: its back-offs fit into
/// the window. Otherwise it would be restarted for ever, which has to be meant.
bool can_be_used_up(const restart_budget& budget);

} // namespace copal
