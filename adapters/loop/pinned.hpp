#pragma once

#include "adapters/loop/loop.hpp"

#include <functional>
#include <type_traits>
#include <utility>

#include <caf/actor_config.hpp>
#include <caf/actor_system.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

namespace copal {

/// An actor whose every wake-up is on the asio thread, whoever sends.
template <class Base>
class on_loop : public Base {
public:
  on_loop(caf::actor_config& config, loop_unit& unit) : Base(config), unit_(unit) {}

  void enqueue(caf::mailbox_element_ptr what, caf::execution_unit*) override {
    Base::enqueue(std::move(what), &unit_);
  }
  void enqueue(caf::strong_actor_ptr from,
    caf::message_id number,
    caf::message what,
    caf::execution_unit*) override {
    Base::enqueue(std::move(from), number, std::move(what), &unit_);
  }
  void launch(caf::execution_unit*, bool lazy, bool hide) override {
    Base::launch(&unit_, lazy, hide);
  }

private:
  loop_unit& unit_;
};

/// The actor behind `spawn_on_loop`: a state, and a function that makes the behaviour.
template <class Handle, class State>
class pinned_actor final : public caf::stateful_actor<State, on_loop<typename Handle::base>> {
public:
  static_assert(
    !std::is_constructible_v<State, on_loop<typename Handle::base>*> && !std::is_aggregate_v<State>,
    "an actor's state declares a default constructor, or CAF initialises it from the actor");

  using behaviour = typename Handle::behavior_type;
  using super = caf::stateful_actor<State, on_loop<typename Handle::base>>;

  template <class Start>
  pinned_actor(caf::actor_config& config, loop_unit& unit, Start start)
    : super(config, unit),
      start_(std::move(start)) {}

protected:
  /// What `start` holds, handles among it, is dropped with its call: an actor that has ended keeps
  /// nobody alive.
  behaviour make_behavior() override { return std::exchange(start_, nullptr)(this); }

private:
  std::function<behaviour(pinned_actor*)> start_;
};

/// Spawns an actor that lives on the asio thread. `start` is called there with the actor, and
/// returns its behaviour; the state is destroyed when the actor ends.
template <class Handle, class State, class Start>
Handle spawn_on_loop(loop& where, Start start) {
  caf::actor_config config{&where.unit()};
  return where.system().spawn_class<pinned_actor<Handle, State>, caf::no_spawn_options>(
    config, where.unit(), std::move(start));
}

} // namespace copal
