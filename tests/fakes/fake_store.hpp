#pragma once

#include "messages/protocol/store.hpp"
#include "messages/protocol/supervision.hpp"
#include "tests/fakes/fault_source.hpp"

#include <map>
#include <memory>
#include <optional>
#include <vector>

namespace copal::test {

/// What is on the fake disk; it outlives the actor.
struct store_world {
  std::vector<image_row> rows;
  std::optional<target_document> target;
  std::map<app_id, commit_id> commits;
  std::vector<store::service_key> keys;
  std::vector<service_hold> holds;
  std::vector<service_downtime> downtimes;
  std::uint64_t writes = 0; ///< That changed something.
};

/// A store edge over memory. Without faults each request takes 1 to 50 ms of virtual time.
supervised<store_actor> spawn_fake_store(caf::actor_system& system,
  std::shared_ptr<store_world> world,
  std::shared_ptr<fault_source> faults);

} // namespace copal::test
