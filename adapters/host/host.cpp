#include "adapters/host/host.hpp"

#include "adapters/host/addresses.hpp"
#include "adapters/host/bell.hpp"
#include "adapters/host/boot.hpp"
#include "adapters/host/folders.hpp"
#include "adapters/host/handover.hpp"
#include "adapters/host/locks.hpp"
#include "adapters/host/os_settings.hpp"
#include "adapters/host/os_update.hpp"
#include "adapters/host/service_files.hpp"
#include "adapters/host/space.hpp"
#include "adapters/loop/loop.hpp"

#include <chrono>
#include <map>
#include <optional>
#include <type_traits>
#include <utility>

#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <sys/inotify.h>
#include <unistd.h>

namespace copal {
namespace {

using host_child = with_timers<supervised<host_actor>>;

/// Somebody wants to hear when a new container has taken over.
struct handover_wait {
  caf::typed_response_promise<host::handover_ended> asker;
  caf::actor_clock::time_point until;
};

struct host_state {
  host_state() {}

  static inline const char* name = "host";
  std::optional<host::lock_watch> watch;
  std::optional<host::bell> bell; ///< Rings when the watch has something to tell.
  lock_sink_actor news;
  std::map<std::pair<app_id, service_name>, handover_wait> waits;
  bool looking = false; ///< The next look is timed.
};

using self_ptr = host_child::stateful_pointer<host_state>;
static_assert(
  !std::is_constructible_v<host_state, supervised<host_actor>::base*>, "see docs: CAF traps");

template <class T>
caf::result<T> answer(result<T> outcome) {
  if (!outcome)
    return to_caf(outcome.error());
  return std::move(*outcome);
}

/// App by app, in the order of their ids. What has no folder has no lock.
result<host::found_locks> find_user_locks(
  const host::lock_place& place, const host::find_user_locks& asked) {
  host::found_locks out;
  std::optional<error> failed;
  for (const auto& [app, services] : asked.services) {
    host::take_locks one{.app = app, .services = {}};
    for (const auto& service : services) {
      if (host::names_a_folder(service.value))
        one.services.push_back(service);
    }
    auto found = host::look_for_locks(place, one);
    if (found)
      out.held.insert(out.held.end(), found->held.begin(), found->held.end());
    else
      failed = std::move(found.error());
  }
  if (failed && out.held.empty())
    return fail(std::move(*failed));
  return out;
}

caf::result<host::locks_done> done(const result<void>& outcome) {
  if (!outcome)
    return to_caf(outcome.error());
  return host::locks_done{};
}

/// Takes the locks; those of users that are in the way are watched from before the look at them
/// that is told.
result<host::found_locks> take(
  host::lock_watch& watch, const host::lock_place& place, const host::take_locks& asked) {
  watch.end(asked.app);
  auto found = host::take(place, asked);
  // Other locks may come while the first are looked at once more.
  constexpr int most_tries = 3;
  for (int tries = 0; tries < most_tries && found && !found->held.empty(); ++tries) {
    if (!watch.begin(place.root, asked.app, found->held))
      return found; // who asked tries again
    auto again = host::take(place, asked);
    const auto same = again && again->held == found->held;
    found = std::move(again);
    if (same)
      return found;
  }
  if (!found || found->held.empty())
    watch.end(asked.app);
  return found;
}

/// Says what went since, and listens on.
void tell_gone(self_ptr self) {
  auto& st = self->state;
  for (const auto app : st.watch->take())
    self->send(st.news, host::locks_gone{app});
  if (st.bell)
    st.bell->arm();
}

constexpr std::chrono::milliseconds look_again{100};
/// As many hand-overs at a time; more are refused.
constexpr std::size_t most_waits = 256;

/// One look for each wait.
void look_for_handovers(self_ptr self, const std::filesystem::path& root) {
  auto& st = self->state;
  const auto now = self->clock().now();
  for (auto it = st.waits.begin(); it != st.waits.end();) {
    auto& wait = it->second;
    const auto found = host::take_handover_files(root, it->first.first, it->first.second);
    if (found && !*found && now < wait.until) {
      ++it;
      continue;
    }
    if (found)
      wait.asker.deliver(host::handover_ended{*found});
    else
      wait.asker.deliver(to_caf(found.error()));
    it = st.waits.erase(it);
  }
  st.looking = !st.waits.empty();
  if (st.looking)
    self->delayed_send(self, look_again, timer_due{});
}

caf::result<host::handover_ended> wait_for_handover(
  self_ptr self, const std::filesystem::path& root, const host::await_handover& msg) {
  auto& st = self->state;
  const std::pair key{msg.app, msg.service};
  if (const auto it = st.waits.find(key); it != st.waits.end()) {
    it->second.asker.deliver(
      to_caf({errc::conflict, "a later hand-over of " + msg.service.value + " is waited for"}));
    st.waits.erase(it);
  }
  if (st.waits.size() >= most_waits)
    return to_caf({errc::exhausted, "too many hand-overs at once"});
  auto promise = self->make_response_promise<host::handover_ended>();
  st.waits[key] = {promise, self->clock().now() + msg.timeout};
  if (!st.looking)
    look_for_handovers(self, root);
  return promise;
}

host_child::behavior_type host_edge(
  self_ptr self, loop* where, const host_config& config, const lock_sink_actor& news) {
  auto& st = self->state;
  st.news = news;
  st.watch.emplace(config.make_inotify == nullptr ? ::inotify_init1 : config.make_inotify);
  if (st.watch->fd() >= 0) {
    // The bell goes with the state, so there is no cycle.
    const auto own = caf::actor_cast<supervised<host_actor>>(self);
    st.bell.emplace(*where, st.watch->fd(), [own] { caf::anon_send(own, wake_up{}); });
    st.bell->arm();
  }
  host::link_older_folder(config.lock_root);
  const host::lock_place place{
    .root = config.lock_root, .host_root = config.host_lock_root, .own_uid = config.own_uid};
  const host::boot_place boot{
    .proc = config.proc_root, .flag = config.reboot_flag, .notes = config.reboot_notes};
  return {
    [self, place](const host::take_locks& msg) -> caf::result<host::found_locks> {
      return answer(take(*self->state.watch, place, msg));
    },
    [self, place](const host::release_locks& msg) -> caf::result<host::locks_done> {
      self->state.watch->end(msg.app);
      return done(host::release(place, msg.app));
    },
    [place](const host::make_lock_folder& msg) -> caf::result<host::locks_done> {
      return done(host::make_folder(place, msg.app, msg.service));
    },
    [place](const host::find_own_locks&) -> caf::result<host::own_locks> {
      return answer(host::find_own(place));
    },
    [place](const host::find_user_locks& msg) -> caf::result<host::found_locks> {
      return answer(find_user_locks(place, msg));
    },
    [state = config.state_partition](const host::get_os_update&) -> caf::result<host::os_update> {
      return answer(host::look_for_os_update(state));
    },
    [place](const host::forget_handover& msg) -> caf::result<host::forgotten> {
      if (auto taken = host::take_handover_files(place.root, msg.app, msg.service); !taken)
        return to_caf(taken.error());
      return host::forgotten{};
    },
    [self, place](
      const host::await_handover& msg) { return wait_for_handover(self, place.root, msg); },
    [cards = config.network_root](const host::get_addresses&) -> caf::result<host::addresses> {
      auto found = host::look_for_addresses(cards);
      if (!found)
        return to_caf(found.error());
      return std::move(*found);
    },
    [root = config.root](const host::get_free_space& msg) -> caf::result<host::free_space> {
      const auto found = host::look_for_space(root, msg.path);
      if (!found)
        return to_caf(found.error());
      return *found;
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
    [boot](const host::get_boot&) -> caf::result<host::boot_facts> {
      return answer(host::look_at_boot(boot));
    },
    [boot](const host::require_reboot& msg) -> caf::result<host::boot_facts> {
      return answer(host::flag_reboot(boot, msg));
    },
    [path = config.config_file.file](const host::get_os_settings&)
      -> caf::result<host::os_settings> { return host::look_at_os_settings(path); },
    [place = config.config_file](
      const host::set_firmware_volume& msg) -> caf::result<host::os_settings> {
      return answer(host::name_firmware_volume(place, msg.name));
    },
    [self](const wake_up&) { tell_gone(self); },
    [](const probe&) { return alive{}; },
    [self, place](const timer_due&) { look_for_handovers(self, place.root); },
  };
}

} // namespace

supervised<host_actor> spawn_host(loop& where, host_config config, lock_sink_actor news) {
  // Who cannot make files for another user makes them as the user that it is.
  if (const auto user = ::geteuid(); user != 0)
    config.own_uid = user;
  return where.system().spawn<caf::detached>(host_edge, &where, std::move(config), std::move(news));
}

} // namespace copal
