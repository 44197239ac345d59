#pragma once

#include "messages/protocol/registry.hpp"
#include "messages/protocol/supervision.hpp"
#include "tests/fakes/engine_world.hpp"
#include "tests/fakes/fault_source.hpp"

#include <memory>

namespace copal::test {

/// A registry edge over what the fake engine's world has published. Every layer of an image that
/// does not say otherwise (`engine_world::layer_bytes`) is a megabyte. Without faults each request
/// takes 1 to 50 ms of virtual time.
supervised<registry_actor> spawn_fake_registry(caf::actor_system& system,
  std::shared_ptr<engine_world> world,
  std::shared_ptr<fault_source> faults);

} // namespace copal::test
