#pragma once

#include "messages/protocol/host.hpp"

#include <functional>
#include <string>
#include <vector>

#include <caf/actor_system.hpp>

namespace copal::test {

/// A user's may be a folder with something in it, which cannot be deleted.
enum class lock_owner { user, user_for_good, supervisor };

/// A machine without locks, and how to put one there.
struct host_subject {
  host_actor host;
  std::function<void(app_id, const service_name&, lock_owner)> put_lock;
  std::function<std::vector<std::string>()> file_names;       ///< Of services' files; sorted.
  std::function<void(app_id, const service_name&)> drop_lock; ///< A user's.
  /// The new container of a service says that it has taken over.
  std::function<void(app_id, const service_name&)> say_handover;
};

/// What every host must do, real or fake. To be called from a test case of its own; `make` gives a
/// new machine each time.
void check_host_contract(caf::actor_system& system,
  const std::function<host_subject(caf::actor_system&, const lock_sink_actor& news)>& make);

} // namespace copal::test
