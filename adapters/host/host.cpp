#include "adapters/host/host.hpp"

#include "adapters/host/addresses.hpp"
#include "adapters/host/locks.hpp"
#include "adapters/host/service_files.hpp"

#include <utility>

#include <caf/typed_event_based_actor.hpp>
#include <unistd.h>

namespace copal {
namespace {

template <class T>
caf::result<T> answer(result<T> outcome) {
  if (!outcome)
    return to_caf(outcome.error());
  return std::move(*outcome);
}

caf::result<host::locks_done> done(const result<void>& outcome) {
  if (!outcome)
    return to_caf(outcome.error());
  return host::locks_done{};
}

supervised<host_actor>::behavior_type host_edge(const host_config& config) {
  const host::lock_place place{
    .root = config.lock_root, .host_root = config.host_lock_root, .own_uid = config.own_uid};
  return {
    [place](const host::take_locks& msg) -> caf::result<host::found_locks> {
      return answer(host::take(place, msg));
    },
    [place](const host::release_locks& msg) -> caf::result<host::locks_done> {
      return done(host::release(place, msg.app));
    },
    [place](const host::make_lock_folder& msg) -> caf::result<host::locks_done> {
      return done(host::make_folder(place, msg.app, msg.service));
    },
    [place](const host::find_own_locks&) -> caf::result<host::own_locks> {
      return answer(host::find_own(place));
    },
    [cards = config.network_root](const host::get_addresses&) -> caf::result<host::addresses> {
      auto found = host::look_for_addresses(cards);
      if (!found)
        return to_caf(found.error());
      return std::move(*found);
    },
    [root = config.files_root](const host::place_files& msg) -> caf::result<host::files_done> {
      if (auto placed = host::place(root, msg); !placed)
        return to_caf(placed.error());
      return host::files_done{};
    },
    [root = config.files_root](const host::keep_files& msg) -> caf::result<host::files_done> {
      if (auto kept = host::keep(root, msg); !kept)
        return to_caf(kept.error());
      return host::files_done{};
    },
    [](const wake_up&) {},
    [](const probe&) { return alive{}; },
  };
}

} // namespace

supervised<host_actor> spawn_host(caf::actor_system& system, host_config config) {
  // Who cannot make files for another user makes them as the user that it is.
  if (const auto user = ::geteuid(); user != 0)
    config.own_uid = user;
  return system.spawn<caf::detached>(host_edge, std::move(config));
}

} // namespace copal
