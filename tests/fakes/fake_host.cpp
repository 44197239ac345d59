#include "tests/fakes/fake_host.hpp"

#include "actors/spawn.hpp"
#include "tests/fakes/fake_edge.hpp"

#include <algorithm>

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
};

host::found_locks find_locks(const host_world& world, const host::find_locks& msg) {
  host::found_locks found;
  for (const auto& lock : world.locks) {
    if (lock.app == msg.app
        && std::find(msg.services.begin(), msg.services.end(), lock.service) != msg.services.end())
      found.held.push_back(lock);
  }
  return found;
}

fake_child::behavior_type fake_host(fake_child::stateful_pointer<fake_host_state> self,
  std::shared_ptr<host_world> world,
  std::shared_ptr<fault_source> faults) {
  self->state.world = std::move(world);
  self->state.faults = std::move(faults);
  return {
    [self](const host::find_locks& msg) -> caf::result<host::found_locks> {
      auto& st = self->state;
      return serve<host::found_locks>(
        self,
        st.work,
        *st.faults,
        st.faults->draw_course(),
        [world = st.world, msg]() -> result<host::found_locks> { return find_locks(*world, msg); },
        [] { return false; });
    },
    [self](const host::get_addresses&) -> caf::result<host::addresses> {
      auto& st = self->state;
      return serve<host::addresses>(
        self,
        st.work,
        *st.faults,
        st.faults->draw_course(),
        [world = st.world]() -> result<host::addresses> { return world->addresses; },
        [] { return false; });
    },
    [](const wake_up&) {},
    [](const probe&) { return alive{}; },
    [self](const timer_due& due) { self->state.work.run(due); },
  };
}

} // namespace

supervised<host_actor> spawn_fake_host(caf::actor_system& system,
  std::shared_ptr<host_world> world,
  std::shared_ptr<fault_source> faults) {
  return spawn_actor(system, fake_host, std::move(world), std::move(faults));
}

} // namespace copal::test
