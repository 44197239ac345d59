#pragma once

#include "messages/protocol/host.hpp"
#include "messages/protocol/supervision.hpp"
#include "tests/fakes/fault_source.hpp"

#include <memory>
#include <vector>

namespace copal::test {

/// What is on the fake machine; it outlives the actor.
struct host_world {
  std::vector<user_lock> locks;
  host::addresses addresses;
};

/// A host edge over memory. Without faults each request takes 1 to 50 ms of virtual time.
supervised<host_actor> spawn_fake_host(caf::actor_system& system,
  std::shared_ptr<host_world> world,
  std::shared_ptr<fault_source> faults);

} // namespace copal::test
