#pragma once

#include "adapters/host/config_file.hpp"
#include "adapters/host/lock_watch.hpp"
#include "messages/protocol/host.hpp"
#include "messages/protocol/supervision.hpp"

#include <cstdint>
#include <filesystem>
#include <string>

namespace copal {

class loop;

struct host_config {
  std::filesystem::path root = "/"; ///< The host's root, as this process sees it.
  std::filesystem::path
    lock_root; ///< As this process sees it, `/mnt/root/tmp/balena-supervisor/services`.
  std::string host_lock_root; ///< The same as the host sees it, `/tmp/balena-supervisor/services`.
  std::filesystem::path files_root = "/run/copal/files"; ///< As this process sees it.
  std::uint32_t own_uid = 65534;                         ///< A lock file of this user is ours.
  std::filesystem::path network_root = "/sys/class/net";
  /// Of the host's operating system, as this process sees it.
  std::filesystem::path state_partition = "/mnt/state";
  host::lock_watch::maker make_inotify = nullptr; ///< Null: the system's.
  std::filesystem::path proc_root = "/proc";
  std::filesystem::path reboot_flag{};  ///< As this process sees it.
  std::filesystem::path reboot_notes{}; ///< See `host::boot_place`.
  host::config_place config_file{};
};

/// Starts the edge to the machine's files, on a thread of its own, since it waits for them; the
/// asio thread tells it when a lock goes. `news` hears of users' locks that were in the way.
supervised<host_actor> spawn_host(loop& where, host_config config, lock_sink_actor news);

} // namespace copal
