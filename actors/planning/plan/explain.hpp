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
  reboot,         ///< The device has to be rebooted first.
  request,        ///< What somebody asked for comes first.
  next_plan,      ///< Nothing: it is just being planned.
};

/// The word for people and programs: "engine", "rejected", "step", "back-off", "image",
/// "space", "dependency", "part", "lock", "port", "restart-policy", "reboot", "request",
/// "planning".
std::string_view name_of(obstacle o);

/// A service that is not as the target wants it, and the one reason for that which holds now.
struct explanation {
  app_id app;
  std::string app_name; ///< As the target has it; empty when it does not name the app.
  service_name service; ///< Empty: the app as a whole.
  std::string gap;      ///< What is not as wanted: "it has no container".
  obstacle why = obstacle::next_plan;
  std::string reason; ///< For people.
  int tries = 0;      ///< Failed in a row, of what is tried again.
  std::optional<wall_time> next_try;
  std::vector<attempt> attempts; ///< The last failed ones; newest last.
  std::vector<user_lock> locks;  ///< Those that it waits for.

  bool operator==(const explanation&) const = default;
};

/// One for each service that is not at its target, by app and name; none when all are. Of several
/// reasons the one that has to end first is told: a step under way, then a failure, then what the
/// service waits for. Empty when nothing is known yet.
std::vector<explanation> explain(const progress& now);

} // namespace copal::planning
