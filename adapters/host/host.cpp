#include "adapters/host/host.hpp"

#include "adapters/host/addresses.hpp"
#include "adapters/host/locks.hpp"

#include <utility>

#include <caf/typed_event_based_actor.hpp>

namespace copal {
namespace {

supervised<host_actor>::behavior_type host_edge(const host_config& config) {
  const host::lock_place place{
    .root = config.lock_root, .host_root = config.host_lock_root, .own_uid = config.own_uid};
  return {
    [place](const host::find_locks& msg) -> caf::result<host::found_locks> {
      auto found = host::look_for_locks(place, msg);
      if (!found)
        return to_caf(found.error());
      return std::move(*found);
    },
    [cards = config.network_root](const host::get_addresses&) -> caf::result<host::addresses> {
      auto found = host::look_for_addresses(cards);
      if (!found)
        return to_caf(found.error());
      return std::move(*found);
    },
    [](const wake_up&) {},
    [](const probe&) { return alive{}; },
  };
}

} // namespace

supervised<host_actor> spawn_host(caf::actor_system& system, host_config config) {
  return system.spawn<caf::detached>(host_edge, std::move(config));
}

} // namespace copal
