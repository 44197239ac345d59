#include "adapters/system/notify.hpp"

#include <cstdint>

#include <systemd/sd-daemon.h>

namespace copal::service_manager {

namespace {

/// A service manager that is not there or does not listen is no reason to do anything else.
void tell(const std::string& state) {
  static_cast<void>(sd_notify(0, state.c_str()));
}

} // namespace

void tell_ready() {
  tell("READY=1");
}

void tell_stopping() {
  tell("STOPPING=1");
}

void feed_watchdog() {
  tell("WATCHDOG=1");
}

void tell_status(const std::string& text) {
  tell("STATUS=" + text);
}

std::optional<std::chrono::microseconds> watchdog_period() {
  std::uint64_t period = 0;
  if (sd_watchdog_enabled(0, &period) <= 0 || period == 0)
    return std::nullopt;
  return std::chrono::microseconds{period};
}

} // namespace copal::service_manager
