#pragma once

#include "messages/store.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

/// The database of a Node supervisor that ran on this device before: read, never written. Source:
/// spec/state-engine.md §8; docs/decisions/0103.
namespace copal::store {

/// What only it knows.
struct older_contents {
  std::vector<image_row> rows; ///< Each `ours`: it fetched them, and would have removed them.
  std::map<app_id, commit_id> commits;
  std::vector<service_key> keys;
  std::size_t skipped = 0; ///< Rows that cannot be read.

  bool operator==(const older_contents&) const = default;
};

/// Of the file with its log: what is larger is not read.
inline constexpr std::uintmax_t largest_older_database = 64ULL * 1024 * 1024;
/// Of each table: if there are more, nothing is taken.
inline constexpr std::size_t most_older_rows = 4096;
/// Of one field: a row with a longer one is skipped.
inline constexpr std::size_t longest_older_field = 4096;

/// Tells one state of the file from another, without reading it; nothing when there is no file.
std::optional<std::string> stamp_of_older(const std::filesystem::path& path);

/// Reads it. A file with a log beside it is read from a copy in `scratch`, a folder that is made
/// and removed: only so is the log taken into account without a byte of it being written.
/// `not_found`, `corrupt`, `conflict` (its tables are not those of v7 to v19), `exhausted` (too
/// large), `unavailable` (in use, no permission, I/O: another time it may go).
result<older_contents> read_older_database(
  const std::filesystem::path& path, const std::filesystem::path& scratch);

} // namespace copal::store
