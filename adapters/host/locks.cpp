#include "adapters/host/locks.hpp"

#include <cerrno>
#include <chrono>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace copal::host {
namespace {

constexpr const char* lock_names[] = {"resin-updates.lock", "updates.lock"};

/// A folder that is held open, so that nobody can exchange it for another while we look.
class folder {
public:
  explicit folder(int fd) : fd_(fd) {}
  ~folder() {
    if (fd_ >= 0)
      ::close(fd_);
  }
  folder(folder&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  folder(const folder&) = delete;
  folder& operator=(const folder&) = delete;
  folder& operator=(folder&&) = delete;

  [[nodiscard]] int fd() const { return fd_; }

private:
  int fd_;
};

error cannot_look(const std::filesystem::path& path, int code) {
  return {errc::unavailable,
    "looking for update locks in " + path.string() + ": " + std::generic_category().message(code)};
}

/// The folder of that name in another, or absent. `path` is for messages.
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

/// Whether the name stays where it is put, whatever it is.
bool names_a_folder(std::string_view name) {
  return !name.empty() && name != "." && name != ".." && name.size() <= 255
         && name.find('/') == std::string_view::npos && name.find('\0') == std::string_view::npos;
}

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
      .since = changed_at(facts)});
  }
  return {};
}

} // namespace

result<found_locks> look_for_locks(const lock_place& place, const find_locks& asked) {
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
