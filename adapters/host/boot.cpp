#include "adapters/host/boot.hpp"

#include <cerrno>
#include <chrono>
#include <fstream>
#include <optional>
#include <string>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace copal::host {

namespace {

/// Nothing: no such line, or no such file.
std::optional<std::int64_t> boot_seconds(const std::filesystem::path& path) {
  std::ifstream in{path};
  std::string word;
  std::int64_t seconds = 0;
  while (in >> word) {
    if (word == "btime" && in >> seconds)
      return seconds;
  }
  return std::nullopt;
}

error cannot_write(const std::filesystem::path& path, int code) {
  return {errc::unavailable, path.string() + ": " + std::generic_category().message(code)};
}

/// Younger than the boot. Whatever the user's wall clock says, both times are its.
bool is_flagged(const std::filesystem::path& flag, wall_time boot) {
  struct stat found {};
  if (::lstat(flag.c_str(), &found) != 0 || !S_ISREG(found.st_mode))
    return false;
  const wall_time at{
    std::chrono::seconds{found.st_mtim.tv_sec} + std::chrono::nanoseconds{found.st_mtim.tv_nsec}};
  return at > boot;
}

} // namespace

result<boot_facts> look_at_boot(const boot_place& place) {
  boot_facts out;
  const auto id_path = place.proc / "sys/kernel/random/boot_id";
  std::ifstream in{id_path};
  if (!(in >> out.id))
    return fail(errc::unavailable, id_path.string() + ": cannot be read");
  const auto seconds = boot_seconds(place.proc / "stat");
  if (!seconds)
    return fail(errc::unavailable, (place.proc / "stat").string() + ": expected a line `btime`");
  out.at = wall_time{std::chrono::seconds{*seconds}};
  out.reboot = is_flagged(place.flag, out.at);
  return out;
}

result<boot_facts> flag_reboot(const boot_place& place) {
  std::error_code failed;
  std::filesystem::create_directories(place.flag.parent_path(), failed);
  if (failed)
    return fail(cannot_write(place.flag.parent_path(), failed.value()));
  constexpr auto how = O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK;
  const int fd = ::open(place.flag.c_str(), how, 0644);
  if (fd < 0)
    return fail(cannot_write(place.flag, errno));
  const auto touched = ::futimens(fd, nullptr);
  const auto code = errno;
  ::close(fd);
  if (touched != 0)
    return fail(cannot_write(place.flag, code));
  return look_at_boot(place);
}

} // namespace copal::host
