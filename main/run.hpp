#pragma once

#include "main/options.hpp"

namespace copal {

/// `copal run`: runs the supervisor until a signal ends it, or it cannot go on. Returns the exit
/// code of the process.
int run(const run_options& options);

} // namespace copal
