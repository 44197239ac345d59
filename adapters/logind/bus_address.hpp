#pragma once

#include <string>

namespace copal::logind {

/// Where the system bus is, as sd-bus is told: `named`, else `variable` (may be null), else where
/// every system has it. Both are addresses as of DBUS_SYSTEM_BUS_ADDRESS, or the path of a socket.
/// Source: D-Bus specification 0.41, "Server Addresses" and "Well-known Message Bus Instances".
std::string bus_address(const std::string& named, const char* variable);

} // namespace copal::logind
