#pragma once

#include "messages/protocol/engine.hpp"
#include "messages/protocol/supervision.hpp"
#include "tests/fakes/engine_world.hpp"
#include "tests/fakes/fault_source.hpp"

#include <memory>

namespace copal::test {

/// An engine edge over a world instead of a socket. Without faults each request takes 1 to 50 ms of
/// virtual time. The world and the faults outlive the actor: a new incarnation goes on with them.
supervised<engine_actor> spawn_fake_engine(caf::actor_system& system,
  std::shared_ptr<engine_world> world,
  std::shared_ptr<fault_source> faults,
  event_sink_actor events,
  pull_sink_actor pulls);

} // namespace copal::test
