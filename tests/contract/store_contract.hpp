#pragma once

#include "messages/protocol/store.hpp"

#include <functional>

#include <caf/actor_system.hpp>

namespace copal::test {

/// Starts a new and empty store on this system.
using start_store = std::function<store_actor(caf::actor_system&)>;

/// What every store must do, real or fake. To be called from a test case of its own.
void check_store_contract(caf::actor_system& system, const start_store& start);

} // namespace copal::test
