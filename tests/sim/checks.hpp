#pragma once

#include "tests/sim/device.hpp"

#include <string>
#include <vector>

namespace copal::test {

/// One below the other.
std::string join(const std::vector<std::string>& lines);

/// The device reaches its only possible target, and did nothing on the way that it must never do.
void check_at_target(simulated_device& device);

/// A settled device asks the engine for next to nothing, and writes nothing.
void check_quiet(simulated_device& device);

} // namespace copal::test
