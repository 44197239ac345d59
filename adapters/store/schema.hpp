#pragma once

#include "adapters/store/database.hpp"

#include <span>

namespace copal::store {

/// The version of the schema that this build writes; it stands in `PRAGMA user_version`.
int newest_version();

/// The version a file has; 0 for an empty one.
result<int> version_of(sqlite::database& db);

/// The steps from each version to the next: number n leads from n to n + 1.
std::span<const char* const> migrations();

/// Brings the file to the newest version, each step in a transaction of its own, so that a cut
/// leaves a whole older version. `conflict`: the file is newer than this build.
result<void> migrate(sqlite::database& db, std::span<const char* const> steps = migrations());

} // namespace copal::store
