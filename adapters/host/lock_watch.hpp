#pragma once

#include "messages/model/lock.hpp"

#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace copal::host {

/// Tells when a lock goes that a user holds: inotify on its folder, and on those above it. One
/// thread's; what it says is only that somebody should look again.
class lock_watch {
public:
  /// How a descriptor for inotify is made; `::inotify_init1`, but for tests.
  using maker = int (*)(int flags);

  /// Folders watched at the same time; who is beyond it polls.
  static constexpr std::size_t most_folders = 256;

  explicit lock_watch(maker make);
  ~lock_watch();
  lock_watch(const lock_watch&) = delete;
  lock_watch& operator=(const lock_watch&) = delete;

  /// What is readable when something happened; -1 while nothing can be watched.
  [[nodiscard]] int fd() const { return fd_; }

  /// Watches these locks of an app, in the place of those before, below `root`. Look whether they
  /// are still there after this, and nothing is missed. False: the system does not let us, or
  /// there are too many; then none of them is watched.
  bool begin(const std::filesystem::path& root, app_id app, const std::vector<user_lock>& held);
  /// Forgets an app's locks.
  void end(app_id app);

  /// The apps of which a lock went, or a folder on the way to one; they are watched no more. What
  /// was lost counts as gone. Does not wait.
  std::set<app_id> take();

  [[nodiscard]] std::size_t folders() const { return places_.size(); }

private:
  /// By app, the names in the folder that matter.
  using place = std::map<app_id, std::set<std::string>>;

  bool add(const std::filesystem::path& folder, app_id app, const std::string& name);
  void read_events(std::set<app_id>& gone);

  int fd_ = -1;
  std::map<int, place> places_;
};

} // namespace copal::host
