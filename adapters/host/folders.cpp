#include "adapters/host/folders.hpp"

#include <cerrno>
#include <system_error>

#include <fcntl.h>

namespace copal::host {

error cannot_look(const std::filesystem::path& path, int code) {
  return {errc::unavailable,
    "looking for update locks in " + path.string() + ": " + std::generic_category().message(code)};
}

result<std::optional<folder>> open_below(
  int parent, const std::string& name, const std::filesystem::path& path) {
  const int fd =
    ::openat(parent, name.c_str(), O_RDONLY | O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (fd >= 0)
    return folder{fd};
  if (errno == ENOENT)
    return std::nullopt;
  return fail(cannot_look(path, errno));
}

bool names_a_folder(std::string_view name) {
  return !name.empty() && name != "." && name != ".." && name.size() <= 255
         && name.find('/') == std::string_view::npos && name.find('\0') == std::string_view::npos;
}

} // namespace copal::host
