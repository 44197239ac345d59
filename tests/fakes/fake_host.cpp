#include "tests/fakes/fake_host.hpp"

#include "actors/spawn.hpp"
#include "tests/fakes/fake_edge.hpp"

#include <algorithm>
#include <utility>

#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

namespace copal::test {

namespace {

using fake_child = with_timers<supervised<host_actor>>;

struct fake_host_state {
  fake_host_state() {}
  static inline const char* name = "host";

  std::shared_ptr<host_world> world;
  std::shared_ptr<fault_source> faults;
  promised_work work;
  lock_sink_actor news;
  std::set<app_id> watched; ///< Users' locks were in the way.
  /// That were dropped since it last looked; of all apps, where none is named.
  std::shared_ptr<std::vector<std::optional<app_id>>> gone =
    std::make_shared<std::vector<std::optional<app_id>>>();
};

bool is_asked_for(const host::take_locks& msg, const user_lock& lock) {
  return lock.app == msg.app
         && std::find(msg.services.begin(), msg.services.end(), lock.service) != msg.services.end();
}

host::found_locks take_locks(host_world& world, const host::take_locks& msg) {
  if (msg.force)
    std::erase_if(world.locks, [&](const auto& lock) {
      return is_asked_for(msg, lock) && !world.undeletable.contains({lock.app, lock.service});
    });
  host::found_locks found;
  for (const auto& lock : world.locks) {
    if (is_asked_for(msg, lock))
      found.held.push_back(lock);
  }
  if (found.held.empty())
    world.own[msg.app].insert(msg.services.begin(), msg.services.end());
  else
    world.own.erase(msg.app);
  return found;
}

/// Does it to the world that outlives the actor, after a while, unless it fails.
template <class Reply, class Effect>
caf::result<Reply> after_a_while(
  fake_child::stateful_pointer<fake_host_state> self, Effect effect) {
  auto& st = self->state;
  return serve<Reply>(
    self,
    st.work,
    *st.faults,
    st.faults->draw_course(),
    [world = st.world, effect]() -> result<Reply> { return effect(*world); },
    [] { return false; });
}

bool is_file_name(const std::string& name) {
  return name.size() == service_file_name_size
         && name.find_first_not_of("0123456789abcdef") == std::string::npos;
}

result<host::files_done> place_files(host_world& world, const host::place_files& msg) {
  if (world.files_refused)
    return fail(*world.files_refused);
  for (const auto& file : msg.files) {
    if (!is_file_name(file.name))
      return fail(errc::invalid_input, "a file has a name that is none");
  }
  for (const auto& file : msg.files)
    world.files.insert_or_assign(file.name, file);
  return host::files_done{};
}

result<host::files_done> keep_files(host_world& world, const host::keep_files& msg) {
  std::erase_if(world.files, [&msg](const auto& entry) {
    return std::find(msg.names.begin(), msg.names.end(), entry.first) == msg.names.end();
  });
  return host::files_done{};
}

result<host::os_settings> name_firmware_volume(
  host_world& world, const host::set_firmware_volume& msg) {
  if (world.os_refused)
    return fail(*world.os_refused);
  if (world.os.firmware_volume != msg.name)
    ++world.os_writes;
  world.os.firmware_volume = msg.name;
  return world.os;
}

/// Files are worked on in the order of the requests; only the answers take their time.
template <class Effect>
caf::result<host::files_done> one_by_one(
  fake_child::stateful_pointer<fake_host_state> self, Effect effect) {
  auto& st = self->state;
  auto when = st.faults->draw_course();
  when.to_answer += std::exchange(when.to_effect, std::chrono::milliseconds{0});
  return serve<host::files_done>(
    self,
    st.work,
    *st.faults,
    when,
    [world = st.world, effect]() -> result<host::files_done> { return effect(*world); },
    [] { return false; });
}

/// As the real one: once for each time that they were in the way.
void tell_gone(fake_child::stateful_pointer<fake_host_state> self) {
  auto& st = self->state;
  const auto waits = std::exchange(st.watched, {});
  for (const auto app : waits) {
    const auto& gone = *st.gone;
    if (std::none_of(gone.begin(), gone.end(), [app](const auto& of) { return !of || *of == app; }))
      st.watched.insert(app);
    else if (st.news)
      self->send(st.news, host::locks_gone{app});
  }
  st.gone->clear();
}

fake_child::behavior_type fake_host(fake_child::stateful_pointer<fake_host_state> self,
  std::shared_ptr<host_world> world,
  std::shared_ptr<fault_source> faults,
  lock_sink_actor news) {
  self->state.world = std::move(world);
  self->state.faults = std::move(faults);
  self->state.news = std::move(news);
  // Whoever drops locks may do it on another thread, while the actor rests.
  const auto own = caf::actor_cast<supervised<host_actor>>(self);
  self->state.world->on_drop = [own, gone = self->state.gone](std::optional<app_id> of) {
    gone->push_back(of);
    caf::anon_send(own, wake_up{});
  };
  self->attach_functor([world = self->state.world] { world->on_drop = nullptr; });
  return {
    [self](const host::take_locks& msg) {
      return after_a_while<host::found_locks>(self, [self, msg](host_world& on) {
        auto found = take_locks(on, msg);
        if (found.held.empty())
          self->state.watched.erase(msg.app);
        else
          self->state.watched.insert(msg.app);
        return found;
      });
    },
    [self](const host::release_locks& msg) {
      return after_a_while<host::locks_done>(self, [self, msg](host_world& on) {
        self->state.watched.erase(msg.app);
        on.own.erase(msg.app);
        return host::locks_done{};
      });
    },
    [self](const host::make_lock_folder& msg) {
      return after_a_while<host::locks_done>(self, [msg](host_world& on) {
        on.folders.insert({msg.app, msg.service});
        return host::locks_done{};
      });
    },
    [self](const host::find_own_locks&) {
      return after_a_while<host::own_locks>(self, [](const host_world& on) {
        host::own_locks found;
        for (const auto& [app, services] : on.own)
          found.apps.push_back(app);
        return found;
      });
    },
    [self](const host::find_user_locks& msg) {
      return after_a_while<host::found_locks>(self, [msg](const host_world& on) {
        host::found_locks found;
        for (const auto& lock : on.locks) {
          const auto it = msg.services.find(lock.app);
          if (it != msg.services.end() && it->second.contains(lock.service))
            found.held.push_back(lock);
        }
        return found;
      });
    },
    [self](const host::get_os_update&) {
      return after_a_while<host::os_update>(
        self, [](const host_world& on) { return host::os_update{on.breadcrumbs}; });
    },
    [self](const host::forget_handover& msg) {
      return after_a_while<host::forgotten>(self, [msg](host_world& on) {
        on.said.erase({msg.app, msg.service});
        on.forgotten.emplace_back(msg.app, msg.service);
        return host::forgotten{};
      });
    },
    [self](const host::await_handover& msg) -> caf::result<host::handover_ended> {
      auto& st = self->state;
      auto how = st.faults->draw_course();
      const auto there = st.world->said.erase({msg.app, msg.service}) > 0;
      const auto said = there ? std::chrono::milliseconds{0} : st.world->says_after(msg);
      const auto in_time = said && *said < msg.timeout;
      how.to_effect += in_time ? *said : msg.timeout;
      return serve<host::handover_ended>(
        self,
        st.work,
        *st.faults,
        how,
        [in_time]() -> result<host::handover_ended> { return host::handover_ended{in_time}; },
        [] { return false; });
    },
    [self](const host::get_addresses&) {
      return after_a_while<host::addresses>(
        self, [](const host_world& on) { return on.addresses; });
    },
    [self](const host::get_free_space&) {
      return after_a_while<host::free_space>(
        self, [](const host_world& on) { return host::free_space{on.free_bytes}; });
    },
    [self](const host::place_files& msg) {
      return one_by_one(self, [msg](host_world& on) { return place_files(on, msg); });
    },
    [self](const host::keep_files& msg) {
      return one_by_one(self, [msg](host_world& on) { return keep_files(on, msg); });
    },
    [self](const host::get_boot&) {
      return after_a_while<host::boot_facts>(self, [](const host_world& on) { return on.boot; });
    },
    [self](const host::require_reboot& msg) {
      return after_a_while<host::boot_facts>(self, [msg](host_world& on) {
        on.boot.reboot = true;
        on.boot.noted.insert(msg.container);
        for (const auto& [subject, digest] : msg.unkept)
          on.boot.unkept[subject] = digest;
        return on.boot;
      });
    },
    [self](const host::get_os_settings&) {
      return after_a_while<host::os_settings>(self, [](const host_world& on) { return on.os; });
    },
    [self](const host::set_firmware_volume& msg) {
      return after_a_while<host::os_settings>(
        self, [msg](host_world& on) { return name_firmware_volume(on, msg); });
    },
    [self](const wake_up&) { tell_gone(self); },
    [](const probe&) { return alive{}; },
    [self](const timer_due& due) { self->state.work.run(due); },
  };
}

} // namespace

supervised<host_actor> spawn_fake_host(caf::actor_system& system,
  std::shared_ptr<host_world> world,
  std::shared_ptr<fault_source> faults,
  lock_sink_actor news) {
  return spawn_actor(system, fake_host, std::move(world), std::move(faults), std::move(news));
}

} // namespace copal::test
