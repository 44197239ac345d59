// Taking update locks, and giving them back.

#include "adapters/host/folders.hpp"
#include "adapters/host/locks.hpp"

#include <cerrno>
#include <charconv>
#include <system_error>
#include <vector>

#include <fcntl.h>
#include <sys/fsuid.h>
#include <sys/stat.h>

namespace copal::host {
namespace {

namespace fs = std::filesystem;

constexpr mode_t for_everybody = 01777;

/// What this thread makes belongs to that user from its first moment: after a crash it is known as
/// ours. Without the right to it nothing changes.
class as_user {
public:
  explicit as_user(uid_t user) : before_(static_cast<uid_t>(::setfsuid(user))) {}
  ~as_user() { ::setfsuid(before_); }
  as_user(const as_user&) = delete;
  as_user& operator=(const as_user&) = delete;

private:
  uid_t before_;
};

error cannot(const char* what, const fs::path& path, int code) {
  return {errc::unavailable,
    std::string{what} + ' ' + path.string() + ": " + std::generic_category().message(code)};
}

bool is_own(int where, const char* name, uid_t own) {
  struct stat facts {};
  return ::fstatat(where, name, &facts, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(facts.st_mode)
         && facts.st_uid == own;
}

/// The folder of that name in another, made when it is missing.
result<folder> make_below(int parent, const std::string& name, const fs::path& path) {
  if (::mkdirat(parent, name.c_str(), 0755) != 0 && errno != EEXIST)
    return fail(cannot("making the folder", path, errno));
  const int fd = ::openat(parent, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (fd < 0)
    return fail(cannot_look(path, errno));
  return folder{fd};
}

result<folder> make_way(const lock_place& place, app_id app, const service_name& service) {
  if (!names_a_folder(service.value))
    return fail(errc::invalid_input,
      "a service of app " + to_string(app) + " has a name that cannot be a folder's");
  std::error_code failed;
  fs::create_directories(place.root, failed);
  if (failed)
    return fail(cannot("making the folder", place.root, failed.value()));
  auto root = open_below(AT_FDCWD, place.root.string(), place.root);
  if (!root)
    return fail(std::move(root.error()));
  if (!*root)
    return fail(cannot_look(place.root, ENOENT));
  const auto path = place.root / to_string(app);
  auto of_app = make_below((*root)->fd(), to_string(app), path);
  if (!of_app)
    return fail(std::move(of_app.error()));
  auto made = make_below(of_app->fd(), service.value, path / service.value);
  if (!made)
    return fail(std::move(made.error()));
  struct stat facts {};
  const bool open = ::fstat(made->fd(), &facts) == 0 && (facts.st_mode & 07777) == for_everybody;
  if (!open && ::fchmod(made->fd(), for_everybody) != 0)
    return fail(cannot("opening to all users the folder", path / service.value, errno));
  return std::move(*made);
}

/// Deletes a file, or a folder that is empty; what cannot be deleted is found again afterwards.
void drop(int where, const char* name) {
  if (::unlinkat(where, name, 0) != 0 && (errno == EISDIR || errno == EPERM))
    ::unlinkat(where, name, AT_REMOVEDIR);
}

/// True: the file is ours.
result<bool> take_file(int where, const char* name, const fs::path& path, uid_t own) {
  int fd = -1;
  {
    const as_user owner{own};
    fd = ::openat(where, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
  }
  if (fd < 0 && errno == EEXIST)
    return is_own(where, name, own);
  if (fd < 0)
    return fail(cannot("making the lock", path, errno));
  const folder file{fd};
  struct stat facts {};
  if (::fstat(fd, &facts) == 0 && facts.st_uid == own)
    return true;
  ::unlinkat(where, name, 0);
  return fail(errc::unavailable,
    "making the lock " + path.string() + ": it belongs to user " + std::to_string(facts.st_uid)
      + " instead of " + std::to_string(own));
}

/// False: somebody else has one of them.
result<bool> take_of_service(
  const lock_place& place, const take_locks& asked, const service_name& service) {
  auto where = make_way(place, asked.app, service);
  if (!where)
    return fail(std::move(where.error()));
  for (const auto* name : lock_names) {
    if (asked.force && !is_own(where->fd(), name, place.own_uid))
      drop(where->fd(), name);
    const auto path = place.root / to_string(asked.app) / service.value / name;
    auto taken = take_file(where->fd(), name, path, place.own_uid);
    if (!taken || !*taken)
      return taken;
  }
  return true;
}

result<bool> take_all(const lock_place& place, const take_locks& asked) {
  for (const auto& service : asked.services) {
    auto taken = take_of_service(place, asked, service);
    if (!taken || !*taken)
      return taken;
  }
  return true;
}

/// The names in a folder; none when it is missing.
result<std::vector<std::string>> names_in(const fs::path& path) {
  std::vector<std::string> names;
  std::error_code failed;
  for (fs::directory_iterator it{path, failed}, end; !failed && it != end; it.increment(failed))
    names.push_back(it->path().filename().string());
  if (failed && failed != std::errc::no_such_file_or_directory)
    return fail(cannot_look(path, failed.value()));
  return names;
}

/// Calls with each folder of a service of the app that can be opened, and its path.
template <class Visit>
result<void> each_service(const lock_place& place, app_id app, Visit visit) {
  auto root = open_below(AT_FDCWD, place.root.string(), place.root);
  if (!root)
    return fail(std::move(root.error()));
  if (!*root)
    return {};
  const auto path = place.root / to_string(app);
  auto of_app = open_below((*root)->fd(), to_string(app), path);
  if (!of_app)
    return fail(std::move(of_app.error()));
  if (!*of_app)
    return {};
  auto names = names_in(path);
  if (!names)
    return fail(std::move(names.error()));
  for (const auto& name : *names) {
    auto where = open_below((*of_app)->fd(), name, path / name);
    if (!where || !*where) // what is no folder holds none of our files
      continue;
    if (auto done = visit((*where)->fd(), path / name); !done)
      return done;
  }
  return {};
}

} // namespace

result<found_locks> take(const lock_place& place, const take_locks& asked) {
  // A lock that goes between the taking and the look at whose it is: once more, then.
  constexpr int most_tries = 3;
  for (int tries = 0; tries < most_tries; ++tries) {
    if (!asked.force) {
      auto found = look_for_locks(place, asked);
      if (!found)
        return found;
      if (!found->held.empty()) {
        if (auto released = release(place, asked.app); !released)
          return fail(std::move(released.error()));
        return found;
      }
    }
    auto taken = take_all(place, asked);
    if (taken && *taken)
      return found_locks{};
    auto found = look_for_locks(place, asked);
    auto released = release(place, asked.app);
    if (!taken)
      return fail(std::move(taken.error()));
    if (!found || !found->held.empty())
      return found;
    if (!released)
      return fail(std::move(released.error()));
  }
  return fail(errc::unavailable,
    "taking the update locks of app " + to_string(asked.app)
      + ": somebody takes and releases them");
}

result<void> release(const lock_place& place, app_id app) {
  return each_service(place, app, [&place](int where, const fs::path& path) -> result<void> {
    for (const auto* name : lock_names) {
      if (is_own(where, name, place.own_uid) && ::unlinkat(where, name, 0) != 0 && errno != ENOENT)
        return fail(cannot("deleting the lock", path / name, errno));
    }
    return {};
  });
}

result<void> make_folder(const lock_place& place, app_id app, const service_name& service) {
  auto made = make_way(place, app, service);
  if (!made)
    return fail(std::move(made.error()));
  return {};
}

result<own_locks> find_own(const lock_place& place) {
  auto names = names_in(place.root);
  if (!names)
    return fail(std::move(names.error()));
  own_locks out;
  for (const auto& name : *names) {
    app_id app;
    const auto* end = name.data() + name.size();
    if (const auto read = std::from_chars(name.data(), end, app.value);
        read.ec != std::errc{} || read.ptr != end)
      continue;
    auto any = false;
    auto looked = each_service(place, app, [&](int where, const fs::path&) -> result<void> {
      for (const auto* lock : lock_names)
        any = any || is_own(where, lock, place.own_uid);
      return {};
    });
    if (looked && any) // a folder that cannot be looked into is told when its locks are wanted
      out.apps.push_back(app);
  }
  return out;
}

} // namespace copal::host
