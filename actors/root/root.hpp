#pragma once

#include "actors/root/budget.hpp"
#include "actors/root/relay.hpp"
#include "actors/timers.hpp"
#include "messages/protocol/supervision.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace copal {

/// A child as data: one row of the supervision tree. Made by `child_of`.
struct child_spec {
  std::string name;
  restart_budget budget;
  /// How long it may take to end when it is asked to; then it is killed.
  std::chrono::milliseconds stop_bound{std::chrono::seconds{2}};
  /// Null for a child that nobody asks anything.
  relay_control_actor relay;
  /// Starts an incarnation, counted from 1. Throwing, or returning a null handle, is a death.
  std::function<child_actor(caf::actor_system&, std::uint64_t incarnation)> start;
};

/// Makes a row of the tree. `Start` is called as `child_spec::start`, and the compiler sees to it
/// that what it starts is what the relay stands for.
template <class Own, class Start>
child_spec child_of(std::string name,
  const restart_budget& budget,
  const relay_actor<Own>& relay,
  Start start,
  std::chrono::milliseconds stop_bound = std::chrono::seconds{2}) {
  return {std::move(name),
    budget,
    stop_bound,
    relay,
    [start = std::move(start)](
      caf::actor_system& system, std::uint64_t incarnation) -> child_actor {
      supervised<Own> child = start(system, incarnation);
      return child;
    }};
}

struct root_config {
  /// Every child is asked for a sign of life that often, and gives it before it is asked again. Not
  /// often: a round wakes every thread.
  std::chrono::milliseconds probe_period{std::chrono::seconds{20}};
  /// How long a killed child may take to end before the stop goes on without it.
  std::chrono::milliseconds kill_bound{500};
  /// The whole stop ends within this and one `kill_bound`, whatever the children do.
  std::chrono::milliseconds stop_bound{std::chrono::seconds{7}};
  /// Whom every change of a child is told.
  std::vector<health_sink_actor> watchers;
};

/// The root's timers.
struct root_timer {
  enum class kind : std::uint8_t { begin, probe, restart, stop_bound, kill_bound, whole_stop };

  kind what = kind::begin;
  std::size_t child = 0;

  bool operator==(const root_timer&) const = default;
};

/// A child as it is now.
struct child_record {
  child_spec spec;
  restart_record history;
  child_actor handle; ///< Null while it is down.
  child_health shown;
  bool probed = false; ///< Asked for a sign of life that has not come.
  caf::message_id probe_request;
  bool awake = false; ///< Was sent its `wake_up`.
};

struct root_state {
  root_state() = default;
  static inline const char* name = "root";

  root_config config;
  std::vector<child_record> children;
  timers<root_timer> own_timers;
  std::size_t pointing = 0; ///< Relays that have not yet said that they point to a new child.
  bool stopping = false;
  bool killing = false; ///< The stop has no time left for asking.
  caf::error end;       ///< Why the root ends.
};

/// Starts the children in order, keeps them alive, and ends them in reverse order.
///
/// A child gets its `wake_up` when its relay, and that of every other child that is being started,
/// points to it. Its death is answered by a restart after a back-off; a used-up budget ends
/// everything in order, then the root with `exhausted`. A child that leaves a probe unanswered is
/// cut off from its relay and killed. `stop_all`, or any exit message but a kill, ends everything
/// in order, then the root: normally, or with `timeout` when a child hangs for ever. Who waits for
/// the root must then not wait for the children.
with_timers<root_actor>::behavior_type root(
  with_timers<root_actor>::stateful_pointer<root_state> self,
  root_config config,
  std::vector<child_spec> children);

root_actor spawn_root(
  caf::actor_system& system, root_config config, std::vector<child_spec> children);

/// What the process ends with.
enum class exit_code : int {
  stopped = 0,         ///< In order, as asked.
  child_hangs = 69,    ///< As asked, but a child did not end: nobody may wait for it.
  root_failed = 70,    ///< The root itself died: a bug.
  budget_used_up = 75, ///< A child could not be kept alive: the whole is to be restarted.
};

/// From the reason of the root's end.
exit_code exit_code_of(const caf::error& reason);

} // namespace copal
