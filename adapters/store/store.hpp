#pragma once

#include "messages/protocol/store.hpp"
#include "messages/protocol/supervision.hpp"

#include <filesystem>

#include <caf/actor_system.hpp>

namespace copal {

struct store_config {
  std::filesystem::path path; ///< Of the database; its folder exists.
  /// Of a Node supervisor's database, that may be there; empty: none. It is read once in each of
  /// its states, so that a device can go to and fro, and never written.
  std::filesystem::path older = {};
};

/// Starts the store on a thread of its own, since it waits for the disk. When it cannot open its
/// file it ends at once, with the reason: `unavailable` (in use, no permission, I/O) or
/// `exhausted`. Found damaged while it runs, it answers `corrupt` and ends; started again it sets
/// the file aside.
supervised<store_actor> spawn_store(caf::actor_system& system, store_config config);

} // namespace copal
