#pragma once

#include "main/options.hpp"

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

namespace copal {

/// A variable of the environment; absent when it is not set, or set to nothing.
using variable_lookup = std::function<std::optional<std::string>(const std::string& name)>;

/// Where everything is. Source: spec/host.md §1, §2.2, §2.3, §7.
struct places {
  std::filesystem::path root;           ///< The host's `/`.
  std::filesystem::path state_dir;      ///< Of `copal.sqlite`; made when it is missing.
  std::filesystem::path older_database; ///< Of a Node supervisor, if one ran here: read only.
  std::filesystem::path config;         ///< config.json
  std::filesystem::path config_copy;    ///< See `host::config_place`.
  std::filesystem::path device_type;    ///< device-type.json
  std::filesystem::path os_release;     ///< The host's.
  /// The host OS's, where an update of it leaves its marks.
  std::filesystem::path state_partition;
  std::filesystem::path lock_dir;     ///< Of update locks, as this process sees it.
  std::filesystem::path reboot_notes; ///< See `host::boot_place`.
  std::filesystem::path reboot_flag;  ///< Its presence asks for a reboot; see `host::boot_place`.
  std::string host_lock_dir;          ///< The same, as the host sees it.
  std::filesystem::path runtime_dir;  ///< Made when it is missing.
  std::string engine;                 ///< As DOCKER_HOST.
  bool may_make_config = false;       ///< A missing config.json is made: no OS brings one.
  /// The socket of the host's system bus; empty: as DBUS_SYSTEM_BUS_ADDRESS says, or where every
  /// system has it.
  std::filesystem::path system_bus;
};

/// Options before variables before what is usual: the balena supervisor's paths in a container that
/// has the host at /mnt/root (`has_mounted_host`), else those of a plain machine.
places find_places(
  const run_options& options, const variable_lookup& variable, bool has_mounted_host);

} // namespace copal
