#pragma once

#include <type_traits>
#include <utility>

#include <caf/actor_system.hpp>
#include <caf/spawn_options.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

namespace copal {

/// Spawns a function-based actor with a state; the only way to do so. GCC 12 in C++20 mode lets CAF
/// 0.17.6 initialise an aggregate state from the actor's own pointer, so that its first member
/// starts with rubbish: a state must declare its default constructor.
template <caf::spawn_options Options = caf::no_spawn_options,
  class Behavior,
  class State,
  class Base,
  class... Params,
  class... Args>
auto spawn_actor(caf::actor_system& system,
  Behavior (*run)(caf::stateful_actor<State, Base>*, Params...),
  Args&&... args) {
  static_assert(!std::is_aggregate_v<State>, "declare the state's default constructor");
  static_assert(!std::is_constructible_v<State,
                  Base*> && !std::is_constructible_v<State, caf::stateful_actor<State, Base>*>,
    "a state is not built from the actor's own pointer");
  static_assert(std::is_default_constructible_v<State>, "a state starts empty");
  return system.spawn<Options>(run, std::forward<Args>(args)...);
}

} // namespace copal
