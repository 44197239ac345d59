#pragma once

#include <chrono>
#include <optional>
#include <string>

/// What the service manager is told. Source: systemd, sd_notify(3) and sd_watchdog_enabled(3).
/// Without a service manager that listens (`NOTIFY_SOCKET`), all of it does nothing.
namespace copal::service_manager {

/// Start-up is over.
void tell_ready();

/// The end has begun.
void tell_stopping();

/// Still well. Without it for longer than `watchdog_period`, the service manager ends the process
/// and starts it anew.
void feed_watchdog();

/// A line for `systemctl status`.
void tell_status(const std::string& text);

/// How often `feed_watchdog` is expected at least; nothing when it is not.
std::optional<std::chrono::microseconds> watchdog_period();

} // namespace copal::service_manager
