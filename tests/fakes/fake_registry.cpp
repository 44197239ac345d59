#include "tests/fakes/fake_registry.hpp"

#include "actors/spawn.hpp"
#include "tests/fakes/fake_edge.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

namespace copal::test {

namespace {

using fake_child = with_timers<supervised<registry_actor>>;

struct fake_registry_state {
  fake_registry_state() {}
  static inline const char* name = "registry";

  std::shared_ptr<engine_world> world;
  std::shared_ptr<fault_source> faults;
  promised_work work;
};

fake_child::behavior_type fake_registry(fake_child::stateful_pointer<fake_registry_state> self,
  std::shared_ptr<engine_world> world,
  std::shared_ptr<fault_source> faults) {
  self->state.world = std::move(world);
  self->state.faults = std::move(faults);
  return {
    [self](const registry::look_at_image& msg) -> caf::result<registry::remote_image> {
      auto& st = self->state;
      return serve<registry::remote_image>(
        self,
        st.work,
        *st.faults,
        st.faults->draw_course(),
        [world = st.world, msg] {
          ++world->calls["look_at_image"];
          return world->look_at_published(msg.name);
        },
        [] { return false; });
    },
    [](const wake_up&) {},
    [](const probe&) { return alive{}; },
    [self](const timer_due& due) { self->state.work.run(due); },
  };
}

} // namespace

supervised<registry_actor> spawn_fake_registry(caf::actor_system& system,
  std::shared_ptr<engine_world> world,
  std::shared_ptr<fault_source> faults) {
  return spawn_actor(system, fake_registry, std::move(world), std::move(faults));
}

} // namespace copal::test
