#include "adapters/host/service_files.hpp"

#include "adapters/files/files.hpp"

#include <algorithm>
#include <cerrno>
#include <memory>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace copal::host {
namespace {

constexpr const char* unfinished = ".new";
constexpr mode_t permission_bits = 07777;

class descriptor {
public:
  explicit descriptor(int fd) : fd_(fd) {}
  ~descriptor() {
    if (fd_ >= 0)
      ::close(fd_);
  }
  descriptor(descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  descriptor(const descriptor&) = delete;
  descriptor& operator=(const descriptor&) = delete;
  descriptor& operator=(descriptor&&) = delete;

  [[nodiscard]] int fd() const { return fd_; }

private:
  int fd_;
};

struct close_folder {
  void operator()(DIR* open) const { ::closedir(open); }
};

error system_error(const std::string& doing, int code) {
  const bool is_full = code == ENOSPC || code == EDQUOT;
  return {is_full ? errc::exhausted : errc::unavailable,
    "the files of services: " + doing + ": " + std::generic_category().message(code)};
}

bool is_name(std::string_view name) {
  return name.size() == service_file_name_size
         && name.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

/// Who may exchange the folder for another would read what is put there.
result<void> check_above(int fd, const std::filesystem::path& path) {
  struct stat facts {};
  if (::fstat(fd, &facts) != 0)
    return fail(system_error(path.string(), errno));
  const bool others_write = (facts.st_mode & (S_IWGRP | S_IWOTH)) != 0;
  const bool is_sticky = (facts.st_mode & S_ISVTX) != 0;
  if ((facts.st_uid == 0 || facts.st_uid == ::geteuid()) && (!others_write || is_sticky))
    return {};
  return fail(errc::unavailable,
    "the files of services: " + path.string()
      + " can be changed by others; remove it, or name another folder with --files-dir");
}

/// The folder, held open; made when it is missing and `may_make` says so, else absent.
result<std::optional<descriptor>> open_folder(const std::filesystem::path& path, bool may_make) {
  const auto above_path = path.parent_path();
  std::error_code bad;
  if (may_make)
    std::filesystem::create_directories(above_path, bad);
  if (bad)
    return fail(system_error(above_path.string(), bad.value()));
  const descriptor above{::open(above_path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (above.fd() < 0 && errno == ENOENT)
    return std::nullopt;
  if (above.fd() < 0)
    return fail(system_error(above_path.string(), errno));
  if (auto safe = check_above(above.fd(), above_path); !safe)
    return fail(std::move(safe.error()));
  const auto name = path.filename();
  if (may_make && ::mkdirat(above.fd(), name.c_str(), 0700) != 0 && errno != EEXIST)
    return fail(system_error(path.string(), errno));
  descriptor out{
    ::openat(above.fd(), name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)};
  if (out.fd() < 0 && errno == ENOENT)
    return std::nullopt;
  struct stat facts {};
  if (out.fd() < 0 || ::fstat(out.fd(), &facts) != 0)
    return fail(system_error(path.string(), errno));
  if (facts.st_uid != ::geteuid())
    return fail(errc::unavailable,
      "the files of services: " + path.string() + " belongs to user " + std::to_string(facts.st_uid)
        + "; remove it, or name another folder with --files-dir");
  if ((facts.st_mode & permission_bits) != 0700 && ::fchmod(out.fd(), 0700) != 0)
    return fail(system_error(path.string(), errno));
  return out;
}

/// The file is there, with everything.
bool is_placed(int folder, const service_file& x) {
  const descriptor file{
    ::openat(folder, x.name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)};
  struct stat facts {};
  if (file.fd() < 0 || ::fstat(file.fd(), &facts) != 0)
    return false;
  const auto& wanted = x.content.reveal();
  if (!S_ISREG(facts.st_mode) || facts.st_uid != x.uid || facts.st_gid != x.gid
      || (facts.st_mode & permission_bits) != x.mode
      || facts.st_size != static_cast<off_t>(wanted.size()))
    return false;
  std::string found(wanted.size(), '\0');
  for (std::size_t at = 0; at < found.size();) {
    const auto got = ::read(file.fd(), found.data() + at, found.size() - at);
    if (got < 0 && errno == EINTR)
      continue;
    if (got <= 0)
      return false;
    at += static_cast<std::size_t>(got);
  }
  return found == wanted;
}

/// Memory needs no fsync: it goes with the machine.
result<void> place_one(int folder, const std::filesystem::path& path, const service_file& x) {
  const auto doing = "writing " + (path / x.name).string() + " for " + x.target;
  (void)::unlinkat(folder, unfinished, 0); // of a writing that was interrupted
  const descriptor file{
    ::openat(folder, unfinished, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600)};
  if (file.fd() < 0)
    return fail(system_error(doing, errno));
  const bool done = files::write_all(file.fd(), x.content.reveal())
                    && ::fchown(file.fd(), x.uid, x.gid) == 0
                    && ::fchmod(file.fd(), static_cast<mode_t>(x.mode)) == 0
                    && ::renameat(folder, unfinished, folder, x.name.c_str()) == 0;
  if (done)
    return {};
  auto why = system_error(doing, errno);
  (void)::unlinkat(folder, unfinished, 0); // what failed is told already
  return fail(std::move(why));
}

} // namespace

result<void> place(const std::filesystem::path& folder, const place_files& asked) {
  for (const auto& file : asked.files) {
    if (!is_name(file.name))
      return fail(errc::invalid_input,
        "the files of services: one for " + file.target
          + " has a name that is not 32 hexadecimal digits");
  }
  if (asked.files.empty())
    return {};
  auto open = open_folder(folder, true);
  if (!open)
    return fail(std::move(open.error()));
  if (!*open)
    return fail(system_error(folder.string(), ENOENT));
  for (const auto& file : asked.files) {
    if (is_placed((*open)->fd(), file))
      continue;
    if (auto done = place_one((*open)->fd(), folder, file); !done)
      return done;
  }
  return {};
}

result<void> keep(const std::filesystem::path& folder, const keep_files& asked) {
  auto open = open_folder(folder, false);
  if (!open)
    return fail(std::move(open.error()));
  if (!*open)
    return {};
  const int fd = (*open)->fd();
  const int again =
    ::openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC); // the list closes its own
  const std::unique_ptr<DIR, close_folder> list{again < 0 ? nullptr : ::fdopendir(again)};
  if (!list)
    return fail(system_error(folder.string(), errno));
  for (const auto* entry = ::readdir(list.get()); entry != nullptr; entry = ::readdir(list.get())) {
    const std::string name{static_cast<const char*>(entry->d_name)};
    const bool is_wanted =
      std::find(asked.names.begin(), asked.names.end(), name) != asked.names.end();
    if (is_wanted || (!is_name(name) && name != unfinished))
      continue;
    if (::unlinkat(fd, name.c_str(), 0) != 0 && errno != ENOENT)
      return fail(system_error("removing " + (folder / name).string(), errno));
  }
  return {};
}

} // namespace copal::host
