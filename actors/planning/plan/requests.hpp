#pragma once

#include "actors/planning/plan/plan.hpp"
#include "messages/requests.hpp"

#include <optional>
#include <set>
#include <string>
#include <vector>

/// Stop, start, restart and purge, as far as they are decided: what they ask of the plan, and when
/// they are done. Pure. Source: spec/device-api.md §4 and §5, docs/decisions/0110 and 0111.
namespace copal::planning {

/// A request that has begun.
struct errand {
  requests::perform what;
  container_id container;     ///< Of the service when it began.
  std::set<container_id> old; ///< To be made anew: what there was when it began.
  bool emptying = false;      ///< Of a purge: the volumes have not gone yet.
  service_hold hold;          ///< Of a stop or a start: what it asks for.
  bool is_kept = false;       ///< The hold is to be remembered when it is done.

  bool operator==(const errand&) const = default;
};

/// Whether it asks for a whole app: then nothing else is begun meanwhile.
bool is_exclusive(const requests::perform& what);

/// `invalid_input` (no such app or service now), `unavailable` (the engine is away, or the app's
/// release cannot run here).
result<errand> begin_errand(const requests::perform& what, const situation& now);

/// A hold is over when its container is gone, was started anew by somebody (the engine after its
/// own restart, a user), belongs to another release, or the machine was booted since. `boot_id` may
/// be empty: not known.
bool is_in_force(const service_hold& hold, const situation& now, const std::string& boot_id);

/// What the holds and requests ask of the plan now.
wishes wishes_of(
  const std::vector<service_hold>& holds, const std::vector<errand>& errands, const situation& now);

/// All containers and volumes of the app have gone that a purge removes.
bool is_emptied(const errand& asked, const situation& now);

/// The plan for the target as people want it: `now.asked` counts.
plan plan_as_asked(const situation& now);

/// How it stands with a request after that plan, of which the steps were begun. Absent: it goes on.
/// `conflict`: a user holds an update lock.
std::optional<result<requests::performed>> judge(
  const errand& asked, const situation& now, const plan& made, const std::vector<step>& running);

/// What a stop or start that is done holds from then on. The container may be another one than when
/// it began: an update that was under way has made it anew.
service_hold hold_of(const errand& asked, const situation& now, const requests::performed& done);

/// The target with the holds in it.
device_target as_held(device_target target, const std::vector<service_hold>& holds);

/// A request fails when this step of its app does.
bool is_part_of(const errand& asked, const step& s);

/// The volumes of an app that a purge removes: those with our label that are the app's, and those
/// that its target names.
std::set<std::string> volumes_to_purge(const situation& now, app_id app);

} // namespace copal::planning
