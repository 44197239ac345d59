#include "adapters/host/reboot_notes.hpp"

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <sstream>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

namespace copal::host {

namespace {

/// Longer than any line of ours.
constexpr std::size_t longest_line = 512;

error cannot_write(const std::filesystem::path& path, int code) {
  return {errc::unavailable, path.string() + ": " + std::generic_category().message(code)};
}

/// Until it is on the disk.
int write_file(const std::filesystem::path& path, const std::string& text) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (fd < 0)
    return errno;
  const auto written = ::write(fd, text.data(), text.size());
  auto code = written < 0 ? errno : written == static_cast<ssize_t>(text.size()) ? 0 : ENOSPC;
  if (code == 0 && ::fsync(fd) != 0)
    code = errno;
  ::close(fd);
  return code;
}

/// The name itself, too.
void sync_folder(const std::filesystem::path& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0)
    return;
  (void)::fsync(fd);
  ::close(fd);
}

} // namespace

std::vector<reboot_note> read_reboot_notes(const std::filesystem::path& path) {
  std::vector<reboot_note> out;
  std::ifstream in{path};
  std::string line;
  while (out.size() < most_reboot_notes && std::getline(in, line) && line.size() < longest_line) {
    std::istringstream words{line};
    reboot_note one;
    if (words >> one.boot >> one.container.value)
      out.push_back(std::move(one));
  }
  return out;
}

result<void> add_reboot_note(const std::filesystem::path& path, const reboot_note& one) {
  auto notes = read_reboot_notes(path);
  if (std::find(notes.begin(), notes.end(), one) != notes.end())
    return {};
  notes.push_back(one);
  if (notes.size() > most_reboot_notes)
    notes.erase(notes.begin());
  std::string text;
  for (const auto& note : notes)
    text += note.boot + ' ' + note.container.value + '\n';
  std::error_code failed;
  std::filesystem::create_directories(path.parent_path(), failed);
  auto beside = path;
  beside += ".new";
  if (const auto code = write_file(beside, text); code != 0)
    return fail(cannot_write(beside, code));
  if (::rename(beside.c_str(), path.c_str()) != 0)
    return fail(cannot_write(path, errno));
  sync_folder(path.parent_path());
  return {};
}

} // namespace copal::host
