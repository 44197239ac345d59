#pragma once

#include "messages/protocol/host.hpp"
#include "messages/protocol/supervision.hpp"
#include "tests/fakes/fault_source.hpp"

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace copal::test {

/// What is on the fake machine; it outlives the actor.
struct host_world {
  std::vector<user_lock> locks;
  /// Whose locks are folders with something in them: nobody can delete them as a whole.
  std::set<std::pair<app_id, service_name>> undeletable;
  std::map<app_id, std::set<service_name>> own;      ///< Lock files of the supervisor.
  std::set<std::pair<app_id, service_name>> folders; ///< That were made for every user.

  /// As open(2) with O_EXCL: false when the supervisor has it.
  bool put_lock(user_lock lock) {
    const auto it = own.find(lock.app);
    if (it != own.end() && it->second.contains(lock.service))
      return false;
    locks.push_back(std::move(lock));
    return true;
  }
  /// Users delete their locks, of one app or of all, and whoever waits is told of it. Who changes
  /// `locks` itself is a host that cannot watch.
  void drop_locks(std::optional<app_id> of = {}) {
    std::erase_if(locks, [&of](const user_lock& lock) { return !of || lock.app == *of; });
    told_gone(of);
  }
  /// Of the locks of that app, or of all, some went.
  void told_gone(std::optional<app_id> of) {
    if (on_drop)
      on_drop(of);
  }
  std::function<void(std::optional<app_id>)> on_drop; ///< Of the actor; null while there is none.

  /// When the new container of a service says that it has taken over, after it was asked for;
  /// nothing: never.
  std::function<std::optional<std::chrono::milliseconds>(const host::await_handover&)> says_after =
    [](const host::await_handover&) { return std::nullopt; };
  std::set<std::pair<app_id, service_name>> said;         ///< The files that are there.
  std::vector<std::pair<app_id, service_name>> forgotten; ///< Their old files were deleted.
  host::addresses addresses;
  std::map<std::string, service_file> files; ///< Of services, by name.
  std::optional<error> files_refused;        ///< Why none can be placed now.
  std::vector<std::string> breadcrumbs;      ///< Of an update of the host's OS.
  host::boot_facts boot{"boot-1", wall_time{std::chrono::hours{1}}, false};
  host::os_settings os;
  std::optional<error> os_refused;                 ///< Why config.json cannot be written now.
  int os_writes = 0;                               ///< How often it was.
  std::int64_t free_bytes = std::int64_t{1} << 40; ///< Whatever the path.
};

/// A host edge over memory. Without faults each request takes 1 to 50 ms of virtual time.
supervised<host_actor> spawn_fake_host(caf::actor_system& system,
  std::shared_ptr<host_world> world,
  std::shared_ptr<fault_source> faults,
  lock_sink_actor news);

} // namespace copal::test
