#pragma once

#include "messages/protocol/power.hpp"
#include "messages/protocol/supervision.hpp"

#include <chrono>
#include <string>

namespace copal {

class loop;

struct logind_config {
  /// Where the system bus is: as DBUS_SYSTEM_BUS_ADDRESS, or the path of its socket. Empty: what
  /// that variable says, else where every system has it.
  std::string bus;
  /// For all of it, from the connection to the answer.
  std::chrono::milliseconds within = std::chrono::seconds{25};
};

/// Spawns the edge to logind on the asio thread. It connects when asked, and holds nothing while it
/// is not. Who asks while a call is under way gets the answer to that one. With its end what was
/// asked is answered `unavailable`, or `timeout` where logind may do it all the same.
supervised<power_actor> spawn_logind(loop& where, logind_config config);

} // namespace copal
