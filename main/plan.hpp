#pragma once

#include "main/options.hpp"

namespace copal {

/// `copal plan`: tells what would be done to reach a target, and does nothing. Returns the exit
/// code: 0 there is nothing to do, 1 it cannot be told, 3 there is something to do.
int plan_ahead(const plan_options& options);

} // namespace copal
