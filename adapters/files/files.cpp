#include "adapters/files/files.hpp"

#include <cerrno>
#include <system_error>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace copal::files {

namespace {

class descriptor {
public:
  explicit descriptor(int fd) : fd_(fd) {}
  ~descriptor() {
    if (fd_ >= 0)
      ::close(fd_);
  }
  descriptor(const descriptor&) = delete;
  descriptor& operator=(const descriptor&) = delete;
  [[nodiscard]] int get() const noexcept { return fd_; }

private:
  int fd_;
};

error system_error(const std::filesystem::path& path, int code) {
  return {code == ENOENT ? errc::not_found : errc::unavailable,
    path.string() + ": " + std::generic_category().message(code)};
}

} // namespace

bool write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const auto n = ::write(fd, text.data(), text.size());
    if (n < 0 && errno != EINTR)
      return false;
    if (n > 0)
      text.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

result<std::string> read(const std::filesystem::path& path, std::size_t most) {
  // Not blocking: a pipe without a writer would keep us here.
  const descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
  if (file.get() < 0)
    return fail(system_error(path, errno));
  struct stat facts {};
  if (::fstat(file.get(), &facts) != 0)
    return fail(system_error(path, errno));
  if (!S_ISREG(facts.st_mode))
    return fail(errc::unavailable, path.string() + ": expected a regular file");
  std::string out;
  for (;;) {
    const auto size = out.size();
    out.resize(size + 4096);
    const auto n = ::read(file.get(), out.data() + size, 4096);
    if (n < 0 && errno != EINTR)
      return fail(system_error(path, errno));
    out.resize(size + (n > 0 ? static_cast<std::size_t>(n) : 0));
    if (out.size() > most)
      return fail(
        errc::exhausted, path.string() + ": expected at most " + std::to_string(most) + " bytes");
    if (n == 0)
      return out;
  }
}

namespace {

/// Whatever the umask is. A mode that lets others in is for the owner that it was given to.
bool give_access(int fd, const struct stat* like) {
  if (like == nullptr)
    return ::fchmod(fd, 0600) == 0;
  if (::fchown(fd, like->st_uid, like->st_gid) != 0)
    return ::fchmod(fd, 0600) == 0;
  return ::fchmod(fd, like->st_mode & 0777U) == 0;
}

result<void> sync_folder_of(const std::filesystem::path& path) {
  const auto parent = path.has_parent_path() ? path.parent_path() : std::filesystem::path{"."};
  const descriptor folder{::open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (folder.get() < 0 || ::fsync(folder.get()) != 0)
    return fail(system_error(parent, errno));
  return {};
}

error cannot_rename(const std::filesystem::path& path, int code) {
  if (code == EBUSY)
    return {errc::unavailable,
      path.string() + ": cannot be replaced while it is mounted by itself; mount its folder"};
  return system_error(path, code);
}

/// From the name beside it to its place. The file is synced again in its place: FAT keeps what
/// leads to a file in its folder, and writes that only then.
result<void> write_and_rename(const std::filesystem::path& beside,
  const std::filesystem::path& path,
  std::string_view text,
  const struct stat* like) {
  // What is there is a power cut's, or somebody else's, who would keep it with what is written:
  // in a folder of many the text must not get into a file that is not made here. What cannot be
  // unlinked, or comes back at once, is refused by O_EXCL.
  (void)::unlink(beside.c_str());
  const descriptor file{
    ::open(beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600)};
  if (file.get() < 0)
    return fail(system_error(beside, errno));
  if (!give_access(file.get(), like) || !write_all(file.get(), text) || ::fsync(file.get()) != 0) {
    const auto code = errno;
    (void)::unlink(beside.c_str());
    return fail(system_error(path, code));
  }
  if (::rename(beside.c_str(), path.c_str()) != 0) {
    const auto code = errno;
    (void)::unlink(beside.c_str());
    return fail(cannot_rename(path, code));
  }
  if (::fsync(file.get()) != 0)
    return fail(system_error(path, errno));
  return {};
}

} // namespace

result<void> replace(const std::filesystem::path& path, std::string_view text, access who) {
  auto beside = path;
  beside += ".new";
  struct stat facts {};
  const auto keeps =
    who == access::as_before && ::lstat(path.c_str(), &facts) == 0 && S_ISREG(facts.st_mode);
  if (auto put = write_and_rename(beside, path, text, keeps ? &facts : nullptr); !put)
    return put;
  return sync_folder_of(path);
}

result<void> remove(const std::filesystem::path& path) {
  if (::unlink(path.c_str()) == 0)
    return sync_folder_of(path);
  if (errno == ENOENT || errno == ENOTDIR)
    return {};
  return fail(system_error(path, errno));
}

claim::~claim() {
  if (fd_ >= 0)
    ::close(fd_);
}

result<claim> claim_folder(const std::filesystem::path& folder) {
  const auto path = folder / "copal.lock";
  const auto fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0)
    return fail(system_error(path, errno));
  claim out{fd};
  if (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
    const auto holder = read(path, 32);
    return fail(errc::conflict,
      folder.string() + " is used by another Copal"
        + (holder && !holder->empty() ? ", process " + *holder : std::string{}));
  }
  const auto number = std::to_string(::getpid());
  if (::ftruncate(fd, 0) != 0 || !write_all(fd, number))
    return fail(system_error(path, errno));
  return out;
}

result<void> make_folder(const std::filesystem::path& path) {
  std::error_code bad;
  std::filesystem::create_directories(path, bad);
  if (bad)
    return fail(errc::unavailable, path.string() + ": " + bad.message());
  return {};
}

} // namespace copal::files
