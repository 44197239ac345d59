#pragma once

#include "actors/planning/plan/plan.hpp"

namespace copal::planning {

/// What the update locks of an app allow.
struct lock_pass {
  bool taken = false;                    ///< Those asked for are ours.
  bool force = false;                    ///< Users' locks are deleted when ours are taken.
  const user_lock* in_the_way = nullptr; ///< A user's that counts.
};

/// For what is done to these services, which may be others than when the locks were taken.
lock_pass lock_pass_of(const situation& s, app_id app, const std::vector<service_name>& services);

/// Whether the device's configuration says that users' locks do not count.
/// Source: spec/device-api.md §7.5.
bool overrides_locks(const device_target& target);

/// A step under way may be relying on the locks of the app: another service's are not taken along
/// now, since a user's in the way would cost us those that we have.
bool are_in_use(const situation& s, app_id app);

/// Users' locks of the app do not count for its update. Source: spec/device-api.md §7.5.
bool is_forced(const situation& s, app_id app);

/// What is said of a wait for a user's lock: whose it is, where, and since when. `forced`: it could
/// not be deleted.
wait_reason wait_for(const user_lock& lock, bool forced = false);

/// What clients of the balena supervisor know a user's lock by.
/// Source: spec/device-api.md §7.4, as the next.
std::string lock_text(const user_lock& lock);

/// Said when an update meets one: when it is tried again, and why not now.
std::string locked_text(const lock_facts& facts);

/// Gives back the locks of every app of which neither this plan nor a step under way touches a
/// service, a network or a volume, and those that an earlier run left; not while the engine may
/// still be stopping something, nor while the device is about to be rebooted.
void add_releases(const situation& s, plan& made);

} // namespace copal::planning
