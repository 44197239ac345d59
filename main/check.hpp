#pragma once

#include "main/options.hpp"

namespace copal {

/// `copal check`: reads a compose file as `copal run` would, says what it is or what is wrong with
/// it, and touches nothing. Returns the exit code of the process.
int check(const check_options& options);

} // namespace copal
