#pragma once

#include "messages/host.hpp"
#include "messages/result.hpp"

#include <filesystem>
#include <string>

#include <sys/types.h>

namespace copal::host {

/// Where update locks are, and whose are ours. Source: spec/state-engine.md §7.1.
struct lock_place {
  std::filesystem::path root; ///< As this process sees it; below it `<app id>/<service>/`.
  std::string host_root;      ///< The same folder as the host sees it.
  uid_t own_uid = 65534;      ///< A lock file of this owner is the supervisor's.
};

/// Looks for `updates.lock` and `resin-updates.lock` of each service. Whatever bears the name is a
/// lock, a folder or a symbolic link too; links are not followed, at no level. Locks come in the
/// order of the services asked for. A missing folder holds no lock. Errors: `invalid_input` (a
/// service name that is no name of a folder), `unavailable` (a folder cannot be looked into; the
/// text has its path).
result<found_locks> look_for_locks(const lock_place& place, const find_locks& asked);

} // namespace copal::host
