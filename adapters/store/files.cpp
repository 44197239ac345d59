#include "adapters/store/files.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <fstream>
#include <iterator>
#include <system_error>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace copal::store {
namespace {

namespace fs = std::filesystem;

fs::path beside(const fs::path& path, std::string_view ending) {
  return path.string() + std::string{ending};
}

error of_system(int code, const std::string& doing) {
  const bool full = code == ENOSPC || code == EDQUOT;
  return {full ? errc::exhausted : errc::unavailable,
    doing + ": " + std::generic_category().message(code)};
}

/// The names that SQLite derives from the database's.
constexpr std::string_view logs[] = {"-wal", "-shm", "-journal"};

fs::path folder_of(const fs::path& path) {
  return path.has_parent_path() ? path.parent_path() : fs::path{"."};
}

/// The numbers of the files that were set aside for this reason, ascending.
std::vector<unsigned> numbers_aside(const fs::path& path, std::string_view reason) {
  const std::string beginning = path.filename().string() + '.' + std::string{reason} + '-';
  std::vector<unsigned> found;
  std::error_code ignored; // an unreadable folder fails the rename that follows, with its text
  for (const auto& entry : fs::directory_iterator(folder_of(path), ignored)) {
    const auto name = entry.path().filename().string();
    if (!name.starts_with(beginning))
      continue;
    unsigned number = 0;
    const char* last = name.data() + name.size();
    const auto [end, problem] = std::from_chars(name.data() + beginning.size(), last, number);
    if (problem == std::errc{} && end == last)
      found.push_back(number);
  }
  std::sort(found.begin(), found.end());
  return found;
}

void remove_with_logs(const fs::path& path) {
  std::error_code ignored; // what cannot be removed stays; the next set-aside tries again
  fs::remove(path, ignored);
  for (const auto log : logs)
    fs::remove(beside(path, log), ignored);
}

} // namespace

result<file_lock> file_lock::take(const fs::path& path) {
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0)
    return fail(of_system(errno, "opening " + path.string()));
  file_lock held{fd};
  if (::flock(fd, LOCK_EX | LOCK_NB) == 0)
    return held;
  if (errno == EWOULDBLOCK)
    return fail(errc::unavailable, "another process has it open (" + path.string() + " is locked)");
  return fail(of_system(errno, "locking " + path.string()));
}

file_lock::file_lock(file_lock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

file_lock::~file_lock() {
  if (fd_ >= 0)
    ::close(fd_);
}

result<bool> make_private(const fs::path& path) {
  constexpr mode_t mode = 0600;
  bool made = false;
  int fd = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
  if (fd < 0 && errno == ENOENT) {
    fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    made = true;
  }
  if (fd < 0)
    return fail(of_system(errno, "opening " + path.string()));
  struct stat facts {};
  const bool looked = ::fstat(fd, &facts) == 0;
  if (looked && (facts.st_mode & 07777U) != mode)
    static_cast<void>(::fchmod(fd, mode)); // FAT has no modes and refuses; nothing else can be done
  ::close(fd);
  if (looked && !S_ISREG(facts.st_mode))
    return fail(errc::unavailable, path.string() + " is not a file");
  return made;
}

result<fs::path> set_aside(const fs::path& path, std::string_view reason) {
  auto numbers = numbers_aside(path, reason);
  const unsigned next = numbers.empty() ? 1 : numbers.back() + 1;
  const auto name_of = [&](unsigned n) {
    return beside(path, '.' + std::string{reason} + '-' + std::to_string(n));
  };
  for (std::size_t i = 0; i + kept_aside <= numbers.size(); ++i)
    remove_with_logs(name_of(numbers[i]));
  auto to = name_of(next);
  // The database first: cut after it, its log is a stray, which a new database must not take in.
  std::error_code problem;
  fs::rename(path, to, problem);
  if (problem)
    return fail(of_system(problem.value(), "renaming " + path.string()));
  for (const auto log : logs)
    fs::rename(beside(path, log), beside(to, log), problem); // a missing one is no matter
  remove_stray_logs(path);
  if (auto synced = sync_folder_of(path); !synced)
    return fail(std::move(synced.error()));
  return to;
}

void remove_stray_logs(const fs::path& path) {
  std::error_code ignored; // SQLite itself drops the log of an empty database
  for (const auto log : logs)
    fs::remove(beside(path, log), ignored);
}

void mark_damaged(const fs::path& path, std::string_view why) {
  // Without the mark (a full disk) the check at the next opening decides alone.
  std::ofstream{beside(path, ".damaged")} << why;
}

std::optional<std::string> damage_mark(const fs::path& path) {
  std::ifstream in{beside(path, ".damaged")};
  if (!in)
    return std::nullopt;
  return std::string{std::istreambuf_iterator<char>{in}, {}};
}

void clear_damage_mark(const fs::path& path) {
  std::error_code
    ignored; // a mark that stays sets one more file aside; better than to go on damaged
  fs::remove(beside(path, ".damaged"), ignored);
}

result<void> sync_folder_of(const fs::path& path) {
  const auto folder = folder_of(path);
  const int fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0)
    return fail(of_system(errno, "opening " + folder.string()));
  const int outcome = ::fsync(fd);
  const int code = errno;
  ::close(fd);
  // Some file systems cannot sync a folder and say so.
  if (outcome != 0 && code != EINVAL && code != EROFS)
    return fail(of_system(code, "syncing " + folder.string()));
  return {};
}

} // namespace copal::store
