#pragma once

#include "main/options.hpp"

namespace copal {

/// `copal explain`: asks the supervisor that runs on this machine. Returns the exit code: 0 at its
/// target, 1 it could not be asked, 3 not at its target.
int explain(const explain_options& options);

} // namespace copal
