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
result<found_locks> look_for_locks(const lock_place& place, const take_locks& asked);

/// Takes both files of each service, all or none: makes missing folders, in which every user may
/// make files, and adopts files that are ours. With `force` users' locks are deleted first; a
/// folder that is not empty stays. When a user's lock is in the way none of the app's files is ours
/// any more. Errors: as of `look_for_locks`; nothing is taken then, as far as it can be given back.
result<found_locks> take(const lock_place& place, const take_locks& asked);

/// Deletes our files in all folders of an app. `unavailable`: one cannot be deleted.
result<void> release(const lock_place& place, app_id app);

/// Makes the folder of a service. Errors: as of `look_for_locks`.
result<void> make_folder(const lock_place& place, app_id app, const service_name& service);

/// The apps with files of ours. `unavailable`: a folder cannot be looked into.
result<own_locks> find_own(const lock_place& place);

} // namespace copal::host
