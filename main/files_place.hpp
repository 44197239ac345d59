#pragma once

#include "main/places.hpp"
#include "messages/model/ids.hpp"
#include "messages/model/secret.hpp"
#include "messages/result.hpp"

#include <filesystem>
#include <functional>
#include <string>

namespace copal {

/// Where the secrets and configs of services are placed for containers to mount.
struct files_place {
  std::string host;           ///< As the host sees it.
  std::filesystem::path here; ///< As this process sees it.
  std::string warning;        ///< What is wrong with the place; empty: nothing.

  bool operator==(const files_place&) const = default;
};

/// Tells whether a folder of the host is in memory.
using memory_test = std::function<bool(const std::filesystem::path&)>;

/// What was asked for; else below /run, or /dev/shm where /run is on a disk, or /run all the same,
/// with a warning that they are on the disk: in a folder of this device's own, since another Copal
/// may look after another engine of the machine. `root` is the host's root as seen from here.
files_place choose_files_place(const std::filesystem::path& asked,
  const std::filesystem::path& root,
  const device_uuid& device,
  const memory_test& in_memory);

/// Asks the system: true for a tmpfs or ramfs.
bool is_in_memory(const std::filesystem::path& folder);

/// What goes into the names of those files, so that nobody can guess contents by their names: read
/// from the state folder, where it is made, from `draw`, when it is missing. `unavailable`.
result<secret> open_files_salt(
  const std::filesystem::path& state_dir, const std::function<std::string()>& draw);

/// The same, where nothing may be made: what was read, or empty when there is none yet.
result<secret> read_files_salt(const std::filesystem::path& state_dir);

} // namespace copal
