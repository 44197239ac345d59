#pragma once

#include "actors/planning/compare/compare.hpp"
#include "actors/planning/plan/plan.hpp"
#include "messages/model/downtime.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace copal::planning {

/// The situation after a step that succeeded at once. Ids that only an engine could give are made
/// from names. `made` counts the containers that were made so far; `one` is a step that `make_plan`
/// gave for `s`, or for the situation before its neighbours of the same plan were done.
void apply_step(situation& s, const step& one, int& made);

/// What happens by itself in time, if all goes well: a container that is being removed goes, one
/// that is being restarted runs, a health check succeeds, and a job that others wait for ends well.
void pass_time(situation& s);

/// A service that runs now and will not run for a while. Steps are counted from 1.
struct outage {
  app_id app;
  service_name service;
  std::size_t from = 0;                          ///< It ends with this step.
  std::optional<std::size_t> to;                 ///< It runs again after this one; absent: never.
  std::optional<std::chrono::milliseconds> last; ///< How long it took the last time; if known.

  bool operator==(const outage&) const = default;
};

struct foreseen_step {
  int round = 0; ///< Counted from 1. Steps of one round may run side by side.
  step what;
  /// Which fields differ, with what is and what is to be. Values of secrets are "hidden"; at most
  /// `most_changes`.
  std::vector<field_difference> changes;
  std::size_t more_changes = 0; ///< Those beyond.
  /// Of a fetch: what comes over the network. Absent: not known.
  std::optional<std::int64_t> bytes{};

  bool operator==(const foreseen_step&) const = default;
};

/// How many fields a step tells at most.
inline constexpr std::size_t most_changes = 20;

/// All that would be done until the target is reached.
struct foresight {
  std::vector<foreseen_step> steps;
  std::vector<outage> outages;    ///< In the order in which they begin.
  std::vector<wait_reason> waits; ///< What the device would still wait for after the last step.
  bool reached = false;           ///< Nothing is left to do and nothing to wait for.
  bool ends = true;               ///< False: still not done after `most_rounds`.
};

/// How many plans are made at most.
inline constexpr int most_rounds = 100;

/// Plans, takes every step for done, and plans again, until nothing can be done any more. What a
/// new image brings is not known before it is fetched: it is taken to bring what the service's
/// present one does. Users' locks stay as they are; of `s.asked` only the holds count.
/// `last` says how long services were down before.
foresight foresee(situation s, const std::vector<service_downtime>& last = {});

} // namespace copal::planning
