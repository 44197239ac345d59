#pragma once

#include "main/options.hpp"

namespace copal {

/// `copal apps`: asks the supervisor that runs on this machine for a stop, a start, a restart or a
/// purge, and waits until it is done. Returns the exit code: 0 done, 1 not done, 3 a user's update
/// lock forbids it.
int apps(const apps_options& options);

} // namespace copal
