#include "adapters/store/peek.hpp"

#include "adapters/store/opening.hpp"
#include "adapters/store/take_over.hpp"

#include <cerrno>
#include <cstdlib>
#include <string>
#include <system_error>
#include <utility>

#include <sys/stat.h>

namespace copal::store {
namespace {

namespace fs = std::filesystem;

/// How often a file is copied anew because it changed meanwhile.
constexpr int most_tries = 20;

/// A folder that only this user can look into, and that goes with this object.
class private_folder {
public:
  static result<private_folder> make() {
    std::error_code failed;
    const auto base = fs::temp_directory_path(failed);
    auto name = ((failed ? fs::path{"/tmp"} : base) / "copal-peek-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr)
      return fail(
        errc::unavailable, name + ": " + std::error_code{errno, std::generic_category()}.message());
    return private_folder{name};
  }
  ~private_folder() {
    std::error_code ignored;
    if (!path_.empty())
      fs::remove_all(path_, ignored);
  }
  private_folder(private_folder&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  private_folder(const private_folder&) = delete;
  private_folder& operator=(const private_folder&) = delete;
  private_folder& operator=(private_folder&&) = delete;

  [[nodiscard]] const fs::path& path() const { return path_; }

private:
  explicit private_folder(fs::path path) : path_(std::move(path)) {}

  fs::path path_;
};

/// What changes when a file is written; of a file that is not there, nothing.
struct mark {
  bool there = false;
  ino_t inode = 0;
  off_t size = 0;
  std::int64_t seconds = 0;
  std::int64_t nanoseconds = 0;

  bool operator==(const mark&) const = default;
};

mark mark_of(const fs::path& path) {
  struct stat facts {};
  if (::stat(path.c_str(), &facts) != 0)
    return {};
  return {true, facts.st_ino, facts.st_size, facts.st_mtim.tv_sec, facts.st_mtim.tv_nsec};
}

fs::path log_of(const fs::path& path) {
  return path.string() + "-wal";
}

result<void> copy_one(const fs::path& from, const fs::path& to) {
  std::error_code failed;
  fs::remove(to, failed);
  if (!fs::exists(from, failed) && !failed)
    return {};
  if (failed || !fs::copy_file(from, to, failed))
    return fail(errc::unavailable, from.string() + ": " + failed.message());
  return {};
}

/// The database and its log as they were at one moment.
result<void> copy_whole(const fs::path& path, const fs::path& to) {
  for (int tries = 0; tries < most_tries; ++tries) {
    const std::pair before{mark_of(path), mark_of(log_of(path))};
    auto copied = copy_one(path, to).and_then([&] { return copy_one(log_of(path), log_of(to)); });
    const std::pair after{mark_of(path), mark_of(log_of(path))};
    if (before != after)
      continue;
    return copied;
  }
  return fail(errc::unavailable, "it changes all the time");
}

result<kept_facts> read(opened& from) {
  kept_facts out;
  auto rows = from.rows.rows();
  if (!rows)
    return fail(std::move(rows.error()));
  auto commits = from.rows.commits();
  if (!commits)
    return fail(std::move(commits.error()));
  auto keys = from.rows.keys();
  if (!keys)
    return fail(std::move(keys.error()));
  auto holds = from.rows.holds();
  if (!holds)
    return fail(std::move(holds.error()));
  auto downtimes = from.rows.downtimes();
  if (!downtimes)
    return fail(std::move(downtimes.error()));
  out.rows = std::move(rows->items);
  out.commits = std::move(commits->items);
  out.keys = std::move(keys->items);
  out.holds = std::move(holds->items);
  out.downtimes = std::move(downtimes->items);
  return out;
}

result<kept_facts> read_copy(const fs::path& path, const fs::path& older) {
  const auto folder = private_folder::make();
  if (!folder)
    return fail(folder.error());
  const auto mine = folder->path() / "copy.sqlite";
  if (auto copied = copy_whole(path, mine); !copied)
    return fail(std::move(copied.error()));
  auto ready = open_store(mine);
  if (!ready)
    return fail(std::move(ready.error()));
  if (!ready->facts.set_aside_as.empty())
    return fail(errc::corrupt, ready->facts.why);
  if (!older.empty() && older != path) {
    if (auto taken = take_over(*ready, older); !taken)
      return fail(std::move(taken.error()));
  }
  return read(*ready);
}

result<bool> is_there(const fs::path& path) {
  std::error_code failed;
  const auto found = !path.empty() && fs::exists(path, failed);
  if (failed)
    return fail(errc::unavailable, path.string() + ": " + failed.message());
  return found;
}

} // namespace

result<kept_facts> peek(const fs::path& path, const fs::path& older) {
  const auto own = is_there(path);
  if (!own)
    return fail(own.error());
  const auto others = is_there(older);
  if (!others)
    return fail(others.error());
  if (!*own && !*others)
    return kept_facts{};
  auto out = read_copy(path, older);
  if (!out)
    return fail(out.error().with_context("reading the store " + path.string()));
  return out;
}

} // namespace copal::store
