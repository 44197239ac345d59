#pragma once

#include "actors/planning/compare/compare.hpp"
#include "actors/planning/plan/wishes.hpp"
#include "messages/host.hpp"
#include "messages/model/lock.hpp"
#include "messages/model/step.hpp"
#include "messages/update.hpp"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace copal::planning {

/// What an engine goes on showing of something that was made anew for it.
struct unkept {
  app_id app;
  std::vector<field_difference> what;
  /// Of a network or volume, as its app wanted it then.
  std::variant<std::monostate, network_config, volume_config> wanted{};

  bool operator==(const unkept&) const = default;
};

/// What a reboot of the device depends on, beside its apps.
struct reboot_facts {
  bool possible = false;               ///< There is somebody who does it.
  bool lately = false;                 ///< The last one is too short a while ago.
  std::optional<host::os_update> host; ///< Absent: not known yet.
};

/// All that a plan depends on. Plans remember nothing: what was done shows in the views, what is
/// being done in `busy`, and what came of it in `failures` and the like.
struct situation {
  device_target target;
  engine_view engine;
  images_view images;
  std::map<app_id, commit_id> commits; ///< As stored: the release each app last ran in full.
  std::map<app_id, lock_facts> locks;  ///< Of the apps that were looked at.
  std::set<std::string> busy;          ///< Subjects of our own steps under way.
  /// Apps of which the engine may still be stopping something that nobody hears of any more.
  std::set<app_id> unsure;
  std::map<std::string, step_failure>
    failures; ///< By subject; those that wait hold their step back.
  /// Containers that were being removed when that failed, and the start after which it was tried:
  /// they may have been stopped by it.
  std::map<container_id, wall_time> half_removed;
  /// Containers that the engine cannot start any more, whatever is done, and its words.
  std::map<container_id, std::string> broken;
  /// Hand-overs whose wait is over, by the old container and the new one; true: the new one has
  /// said that it has taken over.
  std::map<std::pair<container_id, container_id>, bool> handed_over;
  bool force = false;          ///< Users' locks do not count.
  std::set<app_id> force_over; ///< Apps to which that does not apply: they have got there since.
  std::set<app_id> force_vain; ///< Whose `held` locks are what a take by force has left.
  /// By subject: what differs is left as it is, as long as it differs exactly so.
  std::map<std::string, unkept> left_so;
  wishes asked;                         ///< What people asked for beside the target.
  std::optional<host::boot_facts> boot; ///< Absent: not known yet.
  reboot_facts reboot;
  std::optional<host::os_settings> os; ///< Absent: not known yet.
};

/// What to do now to come nearer to the target, and what has to wait for what. The steps of one
/// plan may run side by side; after each result, or any other change, a new plan is made. The same
/// situation always gives the same plan.
///
/// Source: spec/state-engine.md §5.2, §5.3, §6.3, with the healing and clean-up rules marked Copal.
/// Where v19 works in rounds, this plans on: a step waits only for what it needs.
plan make_plan(const situation& s);

} // namespace copal::planning
