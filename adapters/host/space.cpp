#include "adapters/host/space.hpp"

#include <cerrno>
#include <limits>
#include <system_error>

#include <sys/statvfs.h>

namespace copal::host {

result<free_space> look_for_space(const std::filesystem::path& root, const std::string& path) {
  const std::filesystem::path wanted{path};
  if (!wanted.is_absolute())
    return fail(errc::unavailable, "'" + path + "' is no absolute path");
  const auto here = root / wanted.relative_path();
  struct statvfs shown {};
  if (::statvfs(here.c_str(), &shown) != 0)
    return fail(errc::unavailable,
      "the free space of " + here.string()
        + " is not known: " + std::generic_category().message(errno));
  const std::uint64_t blocks = shown.f_bavail;
  const std::uint64_t size = shown.f_frsize;
  constexpr std::uint64_t most = std::numeric_limits<std::int64_t>::max();
  // Network file systems may answer with all bits set.
  const auto bytes = size != 0 && blocks > most / size ? most : blocks * size;
  return free_space{static_cast<std::int64_t>(bytes)};
}

} // namespace copal::host
