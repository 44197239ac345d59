#pragma once

#include "actors/api/api.hpp"
#include "actors/conductor/conductor.hpp"
#include "actors/containers/containers.hpp"
#include "actors/images/images.hpp"
#include "actors/keys/keys.hpp"
#include "actors/root/root.hpp"
#include "actors/target_source/target_source.hpp"
#include "messages/protocol/host.hpp"
#include "messages/protocol/journal.hpp"
#include "messages/protocol/power.hpp"
#include "messages/protocol/registry.hpp"
#include "messages/protocol/store.hpp"
#include "messages/protocol/target_file.hpp"

#include <functional>

namespace copal {

/// What the deciding actors stand on. Each starts one incarnation, counted from 1.
struct edges {
  std::function<supervised<engine_actor>(caf::actor_system&,
    std::uint64_t incarnation,
    const event_sink_actor& events,
    const pull_sink_actor& pulls)>
    engine;
  std::function<supervised<store_actor>(caf::actor_system&, std::uint64_t incarnation)> store;
  std::function<supervised<host_actor>(
    caf::actor_system&, std::uint64_t incarnation, const lock_sink_actor& news)>
    host;
  /// Empty: registries are not asked, and images are fetched whatever their size.
  std::function<supervised<registry_actor>(caf::actor_system&, std::uint64_t incarnation)>
    registry{};
  /// Empty: the machine is never rebooted.
  std::function<supervised<power_actor>(caf::actor_system&, std::uint64_t incarnation)> power{};
  /// Empty: nobody can ask over the network.
  std::function<supervised<web_actor>(
    caf::actor_system&, std::uint64_t incarnation, const api_actor&)>
    web{};
  /// Empty: nothing is told to people, and there is no journal.
  std::function<supervised<log_actor>(caf::actor_system&, std::uint64_t incarnation)> log{};
  /// Empty: the target does not come from a file.
  std::function<supervised<target_file_actor>(
    caf::actor_system&, std::uint64_t incarnation, const target_file_sink_actor& news)>
    target_file{};
};

struct tree_config {
  root_config root;
  conductor_config conductor;
  containers_config containers;
  images_config images;
  target_source_config target_source{};
  keys_config keys;
  api_config api;
};

/// The stable handles, for those who ask from outside.
struct tree {
  root_actor root;
  conductor_actor conductor;
  containers_actor containers;
  images_actor images;
  engine_actor engine;
  store_actor store;
  host_actor host;
  target_source_actor target_source{}; ///< Null when the target does not come from a file.
  keys_actor keys;
  api_actor api;
  web_actor web; ///< Answers `unavailable` where there is no edge to the network.
};

/// Starts everything: who supervises whom, in which order, with which budget, and who listens to
/// whom. The handles stay good over restarts.
tree plant_tree(caf::actor_system& system, const tree_config& config, edges from);

} // namespace copal
