#pragma once

#include "messages/result.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

/// The files around the database: one owner at a time, damaged ones set aside.
namespace copal::store {

/// Held as long as this process may use the database; the kernel frees it when the process dies.
class file_lock {
public:
  /// Makes the file when it is missing. `unavailable`: another process, or another store of this
  /// one, holds it, or the folder cannot be written.
  static result<file_lock> take(const std::filesystem::path& path);
  ~file_lock();
  file_lock(file_lock&& other) noexcept;
  file_lock(const file_lock&) = delete;
  file_lock& operator=(const file_lock&) = delete;
  file_lock& operator=(file_lock&&) = delete;

private:
  explicit file_lock(int fd) : fd_(fd) {}

  int fd_;
};

/// Makes sure that the file is there and that only its owner may read it; SQLite gives its log the
/// same mode. True: it was made. `exhausted` (disk full), `unavailable` (anything else).
result<bool> make_private(const std::filesystem::path& path);

/// How many files are kept of those set aside for the same reason; the oldest go first.
inline constexpr std::size_t kept_aside = 3;

/// Renames a database and its log to `<path>.<reason>-<n>`, n one more than the highest there is,
/// and returns that path. The log keeps the name that SQLite expects beside it, so both can be
/// opened and looked into by hand.
result<std::filesystem::path> set_aside(const std::filesystem::path& path, std::string_view reason);

/// Removes what an incomplete set-aside or a removal by hand left: logs without a database.
void remove_stray_logs(const std::filesystem::path& path);

/// Remembers over the restart of the store that a statement found damage, and which.
void mark_damaged(const std::filesystem::path& path, std::string_view why);
/// What was remembered; absent when nothing was.
std::optional<std::string> damage_mark(const std::filesystem::path& path);
void clear_damage_mark(const std::filesystem::path& path);

/// Makes new names in the folder of this path survive a power cut.
result<void> sync_folder_of(const std::filesystem::path& path);

} // namespace copal::store
