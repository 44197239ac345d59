#pragma once

#include "tests/integration/support/real_engine.hpp"

namespace copal::contract {

/// The engine that the suite runs against, for what only a real one can show.
test::real_engine& real_engine();

} // namespace copal::contract
