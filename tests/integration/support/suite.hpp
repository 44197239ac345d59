#pragma once

#include "tests/integration/support/real_engine.hpp"

namespace copal::test {

/// The engine that all stories of this run share.
real_engine& shared_engine();

} // namespace copal::test
