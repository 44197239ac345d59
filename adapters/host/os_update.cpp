#include "adapters/host/os_update.hpp"

#include <cerrno>
#include <system_error>

#include <sys/stat.h>
#include <unistd.h>

namespace copal::host {

namespace fs = std::filesystem;

result<os_update> look_for_os_update(const fs::path& state_partition) {
  os_update out;
  for (const auto* name : {"rollback-health-breadcrumb", "rollback-altboot-breadcrumb"}) {
    const auto path = state_partition / name;
    struct stat facts {};
    if (::lstat(path.c_str(), &facts) == 0)
      out.breadcrumbs.push_back(path.string());
    else if (errno != ENOENT && errno != ENOTDIR)
      return fail(errc::unavailable,
        "looking for an update of the host's OS at " + path.string() + ": "
          + std::generic_category().message(errno));
  }
  return out;
}

void link_older_folder(const fs::path& lock_root) {
  const auto ours = lock_root.parent_path();
  const auto older = ours.parent_path() / "resin-supervisor";
  struct stat facts {};
  if (lock_root.filename() != "services" || ours.filename() != "balena-supervisor"
      || ::lstat(ours.c_str(), &facts) == 0 || errno != ENOENT
      || ::lstat(older.c_str(), &facts) != 0 || !S_ISDIR(facts.st_mode)
      || (facts.st_uid != 0 && facts.st_uid != ::geteuid()))
    return;
  // Relative, so that it holds for the host and for a container that sees the host's folder. Where
  // it cannot be made a folder of its own is.
  [[maybe_unused]] const int ignored = ::symlink("resin-supervisor", ours.c_str());
}

} // namespace copal::host
