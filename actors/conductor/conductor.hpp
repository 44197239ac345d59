#pragma once

#include "actors/planning/plan/healing.hpp"
#include "actors/planning/plan/plan.hpp"
#include "actors/planning/plan/remaking.hpp"
#include "actors/planning/plan/requests.hpp"
#include "actors/timers.hpp"
#include "messages/protocol/host.hpp"
#include "messages/protocol/keys.hpp"
#include "messages/protocol/power.hpp"
#include "messages/protocol/store.hpp"
#include "messages/protocol/supervision.hpp"
#include "messages/protocol/update.hpp"

#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

namespace copal {

/// The conductor as the root sees it.
using conductor_child = with_timers<supervised<conductor_actor>>;

/// Whom the conductor talks to: stable handles.
struct conductor_links {
  containers_actor containers;
  images_actor images;
  store_actor store;
  host_actor host;
  keys_actor keys;
  std::vector<progress_sink_actor> watchers{}; ///< Hear where it stands.
  step_sink_actor journal{};                   ///< Hears of each step; may be null.
  power_actor power{};                         ///< Null: the machine is not rebooted.
};

struct conductor_config {
  device_facts device;
  /// No pause between two tries of a step is longer; the poll interval, as a rule.
  std::chrono::milliseconds longest_pause = std::chrono::minutes{15};
  std::function<wall_time()> wall_clock{}; ///< For the times of failures; null: the epoch is told.
  /// The machine is not rebooted sooner after its last boot: where its clock is wrong then, a
  /// service seems to wait for one more boot each time.
  std::chrono::milliseconds least_uptime = std::chrono::minutes{5};
};

/// A target that waits for the one before it to be stored.
struct waiting_target {
  set_target msg;
  caf::typed_response_promise<target_accepted> asker;
};

/// What somebody asked for and waits for.
struct request_under_way {
  std::uint64_t number = 0;
  requests::perform what;
  caf::typed_response_promise<requests::performed> asker;
  std::optional<planning::errand> errand; ///< Absent: it has not begun.
};

struct conductor_state {
  conductor_state() {}
  static inline const char* name = "conductor";

  conductor_config config;
  conductor_links links;

  /// What the plan is made from. `now.busy` are the subjects of `running`.
  planning::situation now;
  std::vector<step> running;
  std::vector<wait_reason> waits; ///< Of the last plan.

  std::optional<target_document> doc; ///< The target as it came; absent: none yet.
  bool has_target = false;            ///< `doc` was understood: `now.target` is it.
  std::string problem;
  std::vector<std::string> warnings;
  bool storing = false;               ///< One is on its way to the store.
  std::deque<waiting_target> waiting; ///< Those that came meanwhile.

  bool target_known = false; ///< The store was asked, or a target came before its answer.
  bool commits_known = false;
  bool holds_known = false;
  bool own_locks_known = false;        ///< Those that an earlier run left.
  std::int64_t load_rounds = 0;        ///< In which something of that was not told.
  std::optional<silence> store_silent; ///< Of the store; told until it has told all of that.
  bool asking_keys = false;
  std::int64_t key_failures = 0; ///< In a row.

  std::vector<request_under_way> asked; ///< In the order they came.
  std::uint64_t last_asked = 0;
  std::vector<service_hold> holds;      ///< What was asked for and stays so.
  std::vector<store::drop_hold> unheld; ///< To be dropped on the disk.
  bool forgetting = false;              ///< One of them is being dropped.
  std::int64_t forget_failures = 0;     ///< In a row.

  /// Services whose container was told to end, until a new one has started or all is done.
  std::map<std::pair<app_id, service_name>, caf::actor_clock::time_point> down_since;
  /// By `remaking_key`, while its app is not at its target, or it is left as it is.
  std::map<std::string, planning::remaking> remade;
  /// Containers that were up when a step began to remove them, and the start since which they were.
  std::map<container_id, wall_time> being_removed;
  /// How often in a row the engine has refused to start a container because it is past use.
  std::map<container_id, int> refused;
  /// Subjects of services made anew for that, until one of them has been started or all is done.
  std::set<std::string> renewed;
  std::map<std::string, planning::healing> healed; ///< By subject, of containers that are there.
  bool disk_unknown = false;                 ///< A target may have been stored without an answer.
  std::map<app_id, std::int64_t> lock_looks; ///< How often in a row a user's lock was in the way.
  std::set<app_id> gone_meanwhile;           ///< A user's lock went while ours were asked for.
  /// Containers stopped from outside before the target changed: the new target starts them.
  std::set<container_id> forgiven;

  /// Files of services that the machine was last told to keep; absent: others may be there, too.
  std::optional<std::vector<std::string>> files_kept;
  std::int64_t tidy_failures = 0; ///< In a row.
  /// When the present waits of hand-overs began, by old and new container.
  std::map<std::pair<container_id, container_id>, caf::actor_clock::time_point> handing_over;

  bool going_down = false; ///< The device is being rebooted: nothing more is begun.

  bool arrived = false; ///< At the target; `arrivals` counts how often that became so.
  std::uint64_t arrivals = 0;

  timers<std::string> pauses; ///< By subject; the names in parts.hpp for what is not a step.
  bool untold = false;        ///< The watchers do not know the last change yet.
};

/// Owns the way to the target: keeps it, plans from what the others show, hands out the steps, and
/// plans again after every change. Nothing of an update is remembered here but what is under way; a
/// new incarnation asks the store and the others and goes on.
conductor_child::behavior_type conductor(conductor_child::stateful_pointer<conductor_state> self,
  conductor_config config,
  conductor_links links);

} // namespace copal
