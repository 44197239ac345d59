#include "adapters/host/boot.hpp"

#include "adapters/files/files.hpp"
#include "adapters/host/reboot_notes.hpp"

#include <cerrno>
#include <chrono>
#include <fstream>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace copal::host {

namespace {

/// With which a flag of ours begins.
constexpr std::string_view own_mark = "copal";

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

struct flag_file {
  wall_time at;
  std::string boot; ///< In which it was written; empty in a flag that somebody else made.
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
    std::string own;
    if (!(in >> own >> out.boot) || own != own_mark)
      out.boot.clear();
  }
  return out;
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
  if (const auto flag = read_flag(place.flag))
    out.reboot = flag->boot.empty() ? flag->at > out.at : flag->boot == out.id;
  auto known = read_reboot_notes(place.notes);
  for (auto& note : known.notes)
    (note.boot == out.id ? out.noted : out.rebooted).insert(std::move(note.container));
  for (auto& one : known.unkept)
    out.unkept[std::move(one.subject)] = std::move(one.digest);
  return out;
}

result<boot_facts> flag_reboot(const boot_place& place, const require_reboot& asked) {
  const auto now = look_at_boot(place);
  if (!now)
    return now;
  if (auto noted = add_reboot_note(place.notes, {now->id, asked.container}, asked.unkept); !noted)
    return fail(std::move(noted.error()));
  const auto text = std::string{own_mark} + ' ' + now->id + '\n';
  std::error_code failed;
  std::filesystem::create_directories(place.flag.parent_path(), failed);
  if (failed)
    return fail(cannot_write(place.flag.parent_path(), failed.value()));
  constexpr auto how = O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK;
  const int fd = ::open(place.flag.c_str(), how, 0644);
  if (fd < 0)
    return fail(cannot_write(place.flag, errno));
  const auto is_written = files::write_all(fd, text);
  const auto code = errno;
  ::close(fd);
  if (!is_written)
    return fail(cannot_write(place.flag, code));
  return look_at_boot(place);
}

} // namespace copal::host
