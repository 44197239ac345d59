#include "adapters/host/boot.hpp"

#include <cerrno>
#include <chrono>
#include <fstream>
#include <memory>
#include <optional>
#include <sstream>
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

struct close_file {
  void operator()(const int* fd) const noexcept { ::close(*fd); }
};

/// What stands in the flag: the boot that it was written in, and `boot_facts::in_a_row`.
struct flag_note {
  std::string boot;
  std::int64_t in_a_row = 0;
};

struct flag_file {
  wall_time at;
  flag_note note; ///< Empty in a flag that somebody else made.
};

/// Nothing: there is none, or something else in its place.
std::optional<flag_file> read_flag(const std::filesystem::path& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0)
    return std::nullopt;
  const std::unique_ptr<const int, close_file> open_until{&fd};
  struct stat found {};
  if (::fstat(fd, &found) != 0 || !S_ISREG(found.st_mode))
    return std::nullopt;
  flag_file out;
  out.at = wall_time{
    std::chrono::seconds{found.st_mtim.tv_sec} + std::chrono::nanoseconds{found.st_mtim.tv_nsec}};
  char text[128]{};
  if (::read(fd, text, sizeof text - 1) > 0) {
    std::istringstream in{text};
    if (!(in >> out.note.boot >> out.note.in_a_row) || out.note.in_a_row < 1)
      out.note = {};
  }
  return out;
}

/// Since the boot, by a clock that nobody sets; nothing when the kernel does not tell.
std::optional<std::chrono::duration<double>> uptime(const std::filesystem::path& proc) {
  std::ifstream in{proc / "uptime"};
  double seconds = 0;
  if (!(in >> seconds))
    return std::nullopt;
  return std::chrono::duration<double>{seconds};
}

/// A reboot that is required this soon after the boot may be for what that boot was to end.
constexpr std::chrono::minutes soon{30};

std::int64_t next_in_a_row(const boot_place& place, const std::string& boot) {
  const auto before = read_flag(place.flag);
  if (!before || before->note.boot.empty())
    return 1;
  if (before->note.boot == boot)
    return before->note.in_a_row;
  const auto up = uptime(place.proc);
  return up && *up > soon ? 1 : before->note.in_a_row + 1;
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
  if (const auto flag = read_flag(place.flag)) {
    const auto& [boot, in_a_row] = flag->note;
    out.reboot = boot.empty() ? flag->at > out.at : boot == out.id;
    out.in_a_row = out.reboot ? in_a_row : 0;
  }
  return out;
}

result<boot_facts> flag_reboot(const boot_place& place) {
  const auto now = look_at_boot(place);
  if (!now)
    return now;
  const auto text = now->id + ' ' + std::to_string(next_in_a_row(place, now->id)) + '\n';
  std::error_code failed;
  std::filesystem::create_directories(place.flag.parent_path(), failed);
  if (failed)
    return fail(cannot_write(place.flag.parent_path(), failed.value()));
  constexpr auto how = O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK;
  const int fd = ::open(place.flag.c_str(), how, 0644);
  if (fd < 0)
    return fail(cannot_write(place.flag, errno));
  const auto written = ::write(fd, text.data(), text.size());
  const auto code = errno;
  ::close(fd);
  if (written != static_cast<ssize_t>(text.size()))
    return fail(cannot_write(place.flag, written < 0 ? code : ENOSPC));
  return look_at_boot(place);
}

} // namespace copal::host
