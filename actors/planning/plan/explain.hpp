#pragma once

#include "messages/update.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Why the device is not at its target. Pure.
namespace copal::planning {

/// What keeps a service from its target.
enum class obstacle : std::uint8_t {
  store_away,     ///< What an earlier run left has not been read from the store.
  no_target,      ///< There is none yet.
  engine_away,    ///< The engine, or the record of images, is not there.
  rejected,       ///< The release cannot run on this device.
  under_way,      ///< A step on it is being taken.
  back_off,       ///< A step on it, or on what it needs, failed and is tried again later.
  image,          ///< An image of its release is not there yet.
  space,          ///< There is no room for an image of its release.
  dependency,     ///< It waits for another service.
  part,           ///< It waits for a network or volume.
  lock,           ///< A user's service holds an update lock.
  port,           ///< Another container has a port of the host that it needs.
  restart_policy, ///< It ends again and again, and the engine restarts it.
  not_kept,       ///< The engine does not keep what was asked for.
  reboot,         ///< The device has to be rebooted first.
  request,        ///< What somebody asked for comes first.
  next_plan,      ///< Nothing: it is just being planned.
};

/// The word for people and programs: "store", "target", "engine", "rejected", "step", "back-off",
/// "image", "space", "dependency", "part", "lock", "port", "restart-policy", "not-kept", "reboot",
/// "request", "planning".
std::string_view name_of(obstacle o);

/// A service that is not as the target wants it, and the one reason for that which holds now. Or
/// what keeps an app, or the device, from its target beside services.
struct explanation {
  app_id app;           ///< 0: the device as a whole.
  std::string app_name; ///< As the target has it; empty when it does not name the app.
  service_name service; ///< Empty: the app as a whole.
  std::string gap;      ///< What is not as wanted: "it has no container". Of services only.
  obstacle why = obstacle::next_plan;
  std::string subject; ///< Of the step or the wait that is the reason; see `subject_of`.
  std::string reason;  ///< For people.
  int tries = 0;       ///< Failed in a row, of what is tried again.
  std::optional<wall_time> next_try;
  std::vector<attempt> attempts; ///< The last failed ones; newest last.
  std::vector<user_lock> locks;  ///< Those that it waits for.

  // Of an image that it waits for.
  std::optional<std::int64_t> bytes_to_fetch; ///< Over the network, in all; absent: not known.
  std::optional<int> percent;                 ///< Absent: it is not being fetched.
  std::optional<space_shortage> shortage;     ///< Absent: there is room for it.

  bool operator==(const explanation&) const = default;
};

/// One for each service that is not at its target, by app and name; none when all are. Of several
/// reasons the one that has to end first is told: a step under way, then a failure, then what the
/// service waits for. Empty when nothing is known yet.
std::vector<explanation> explain(const progress& now);

/// What else keeps the device from its target, beside what is told of `services`: the store that
/// has not been read, the engine that is away, steps and waits that no service has to do with. By
/// app, the device as a whole first. One of both lists tells something, or there is nothing to do
/// and nothing to wait for, or `now` names the problem of the target.
std::vector<explanation> explain_others(
  const progress& now, const std::vector<explanation>& services);

} // namespace copal::planning
