#pragma once

#include "messages/protocol/host.hpp"
#include "messages/protocol/supervision.hpp"

#include <cstdint>
#include <filesystem>
#include <string>

#include <caf/actor_system.hpp>

namespace copal {

struct host_config {
  std::filesystem::path
    lock_root; ///< As this process sees it, `/mnt/root/tmp/balena-supervisor/services`.
  std::string host_lock_root; ///< The same as the host sees it, `/tmp/balena-supervisor/services`.
  std::filesystem::path files_root = "/run/copal/files"; ///< As this process sees it.
  std::uint32_t own_uid = 65534;                         ///< A lock file of this user is ours.
  std::filesystem::path network_root = "/sys/class/net";
};

/// Starts the edge to the machine's files, on a thread of its own, since it waits for them.
supervised<host_actor> spawn_host(caf::actor_system& system, host_config config);

} // namespace copal
