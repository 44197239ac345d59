#include "adapters/target_file/files.hpp"

#include <cerrno>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace copal::target_file {

descriptor::~descriptor() {
  if (fd_ >= 0)
    ::close(fd_);
}

descriptor::descriptor(descriptor&& other) noexcept : fd_(other.release()) {}

descriptor& descriptor::operator=(descriptor&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

int descriptor::release() noexcept {
  return std::exchange(fd_, -1);
}

error system_error_of(int code, const std::string& doing) {
  const auto what = doing + ": " + std::generic_category().message(code);
  switch (code) {
    case ENOENT:
    case ENOTDIR:
      return {errc::not_found, what};
    case ENOSPC:
    case EMFILE:
    case ENFILE:
      return {errc::exhausted, what};
    default:
      return {errc::unavailable, what};
  }
}

namespace {

result<void> check_regular(const struct stat& found, const std::string& path) {
  if (S_ISREG(found.st_mode))
    return {};
  return fail(errc::invalid_input,
    path + (S_ISDIR(found.st_mode) ? ": it is a folder" : ": it is a pipe, socket or device")
      + ", expected a file");
}

error too_long(const std::string& path, std::size_t max_bytes) {
  return {errc::exhausted, path + ": longer than " + std::to_string(max_bytes) + " bytes"};
}

} // namespace

result<std::string> read_small(const std::string& path, std::size_t max_bytes) {
  const auto failed = [&path] { return fail(system_error_of(errno, "reading " + path)); };
  struct stat found {};
  if (::stat(path.c_str(), &found) != 0)
    return failed();
  if (auto regular = check_regular(found, path); !regular)
    return fail(std::move(regular.error()));
  const descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)};
  if (!file.is_open() || ::fstat(file.get(), &found) != 0)
    return failed();
  if (auto regular = check_regular(found, path); !regular) // another one by now
    return fail(std::move(regular.error()));
  std::string text;
  char piece[16'384];
  for (;;) {
    const auto got = ::read(file.get(), piece, sizeof piece);
    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0)
      return failed();
    if (got == 0)
      return text;
    text.append(piece, static_cast<std::size_t>(got));
    if (text.size() > max_bytes)
      return fail(too_long(path, max_bytes));
  }
}

} // namespace copal::target_file
