#pragma once

#include <chrono>

namespace copal {

/// A time of the device's clock, which may jump, and may be wrong before the network is there.
using wall_time = std::chrono::time_point<std::chrono::system_clock, std::chrono::nanoseconds>;

} // namespace copal
