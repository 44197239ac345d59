#include "adapters/host/locks.hpp"

#include "adapters/host/folders.hpp"

#include <cerrno>
#include <chrono>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>

namespace copal::host {
namespace {

wall_time changed_at(const struct stat& facts) {
  return wall_time{
    std::chrono::seconds(facts.st_mtim.tv_sec) + std::chrono::nanoseconds(facts.st_mtim.tv_nsec)};
}

/// Adds the users' locks in the folder of one service.
result<void> look_into(const folder& where,
  const lock_place& place,
  app_id app,
  const service_name& service,
  found_locks& found) {
  const auto below = std::filesystem::path{to_string(app)} / service.value;
  for (const auto* name : lock_names) {
    struct stat facts {};
    if (::fstatat(where.fd(), name, &facts, AT_SYMLINK_NOFOLLOW) != 0) {
      if (errno == ENOENT)
        continue;
      return fail(cannot_look(place.root / below / name, errno));
    }
    if (S_ISREG(facts.st_mode) && facts.st_uid == place.own_uid)
      continue;
    found.held.push_back({.app = app,
      .service = service,
      .path = (std::filesystem::path{place.host_root} / below / name).string(),
      .since = changed_at(facts),
      .owner = facts.st_uid});
  }
  return {};
}

} // namespace

result<found_locks> look_for_locks(const lock_place& place, const take_locks& asked) {
  for (const auto& service : asked.services)
    if (!names_a_folder(service.value))
      return fail(errc::invalid_input,
        "a service of app " + to_string(asked.app) + " has a name that cannot be a folder's");
  found_locks found;
  auto root = open_below(AT_FDCWD, place.root.string(), place.root);
  if (!root)
    return fail(std::move(root.error()));
  if (!*root)
    return found;
  const auto app_path = place.root / to_string(asked.app);
  auto app = open_below((*root)->fd(), to_string(asked.app), app_path);
  if (!app)
    return fail(std::move(app.error()));
  if (!*app)
    return found;
  for (const auto& service : asked.services) {
    auto where = open_below((*app)->fd(), service.value, app_path / service.value);
    if (!where)
      return fail(std::move(where.error()));
    if (!*where)
      continue;
    if (auto looked = look_into(**where, place, asked.app, service, found); !looked)
      return fail(std::move(looked.error()));
  }
  return found;
}

} // namespace copal::host
