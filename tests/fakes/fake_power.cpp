#include "tests/fakes/fake_power.hpp"

#include "actors/spawn.hpp"
#include "tests/fakes/fake_edge.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

namespace copal::test {

namespace {

using fake_child = with_timers<supervised<power_actor>>;

struct fake_power_state {
  fake_power_state() {}
  static inline const char* name = "power";

  std::shared_ptr<power_world> world;
  std::shared_ptr<fault_source> faults;
  promised_work work;
};

result<power::accepted> reboot(power_world& world) {
  if (world.refused)
    return fail(*world.refused);
  ++world.accepted;
  if (world.accepts)
    world.accepts();
  return power::accepted{};
}

fake_child::behavior_type fake_power(fake_child::stateful_pointer<fake_power_state> self,
  std::shared_ptr<power_world> world,
  std::shared_ptr<fault_source> faults) {
  self->state.world = std::move(world);
  self->state.faults = std::move(faults);
  return {
    [self](const power::reboot&) -> caf::result<power::accepted> {
      auto& st = self->state;
      return serve<power::accepted>(
        self,
        st.work,
        *st.faults,
        st.faults->draw_course(),
        [world = st.world] { return reboot(*world); },
        [] { return false; });
    },
    [](const wake_up&) {},
    [](const probe&) { return alive{}; },
    [self](const timer_due& due) { self->state.work.run(due); },
  };
}

} // namespace

supervised<power_actor> spawn_fake_power(caf::actor_system& system,
  std::shared_ptr<power_world> world,
  std::shared_ptr<fault_source> faults) {
  return spawn_actor(system, fake_power, std::move(world), std::move(faults));
}

} // namespace copal::test
