#pragma once

#include "actors/spawn.hpp"
#include "messages/protocol/supervision.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <type_traits>
#include <utility>

#include <caf/behavior.hpp>
#include <caf/response_promise.hpp>
#include <caf/result.hpp>
#include <caf/typed_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

namespace copal {

/// What a relay needs to know.
struct relay_config {
  std::string child;                ///< Its name, for error texts.
  std::size_t max_in_flight = 1024; ///< Above it, requests are refused with `exhausted`.
};

/// Stands for a child that comes and goes. Its handle is made before any child and never changes.
struct relay_state {
  relay_state() = default;
  static inline const char* name = "relay";

  relay_config config;
  caf::strong_actor_ptr child; ///< Null while there is none.
  std::uint64_t incarnation = 0;
  /// The promises given for the requests that the child has not answered, by request number.
  std::map<caf::message_id, caf::response_promise> in_flight;
  relay_counts counts;
};

namespace relay_detail {

/// Sets the handlers for the child's end and the relay's own.
void prepare(caf::scheduled_actor* self, relay_state& st);

relay_counts counts_of(const relay_state& st);

relay_counts point(caf::scheduled_actor* self, relay_state& st, const point_relay& to);

/// Sends the current message on to the child, unchanged. A request is repeated in the relay's own
/// name, without a deadline of its own: the asker has one, and a stuck child is the root's
/// business. `to_asker` is the behaviour that takes the child's answer with `answer`.
template <class MakeBehavior>
caf::response_promise pass_on(
  caf::scheduled_actor* self, relay_state& st, const MakeBehavior& to_asker);

/// Passes the current message, the child's answer to `request`, to its asker.
void answer(caf::scheduled_actor* self, relay_state& st, caf::message_id request);

/// As `answer`, for an error. Errors that are CAF's become ours.
void answer(relay_state& st, caf::message_id request, const caf::error& why);

/// Sends on what is not a request, or drops and counts it. True when the message was none.
bool pass_one_way(caf::scheduled_actor* self, relay_state& st);

/// Why a request cannot be passed on; an empty error when it can.
caf::error refusal(relay_state& st);

/// Repeats the current request to the child. Returns its number.
caf::message_id repeat(caf::scheduled_actor* self, relay_state& st, caf::response_promise promise);

template <class MakeBehavior>
caf::response_promise pass_on(
  caf::scheduled_actor* self, relay_state& st, const MakeBehavior& to_asker) {
  const bool passed = pass_one_way(self, st);
  auto promise = self->make_response_promise(); // takes the message's sender
  if (passed)
    return promise;
  if (auto why = refusal(st)) {
    promise.deliver(std::move(why));
    return promise;
  }
  const auto request = repeat(self, st, promise);
  self->add_multiplexed_response_handler(request.response_id(), to_asker(request));
  return promise;
}

/// The handler of one signature of the child's interface.
template <class Self, class... Is, class... Os>
auto handler(Self* self, caf::typed_mpi<caf::detail::type_list<Is...>, caf::output_tuple<Os...>>) {
  return [self](const Is&...) -> caf::result<Os...> {
    return pass_on(self, self->state, [self](caf::message_id request) {
      auto failed = [self, request](const caf::error& why) { answer(self->state, request, why); };
      if constexpr ((std::is_void_v<Os> && ...))
        return caf::behavior{[self, request] { answer(self, self->state, request); }, failed};
      else
        return caf::behavior{
          [self, request](const Os&...) { answer(self, self->state, request); }, failed};
    });
  };
}

template <class Signature>
struct input_of;

template <class Input, class Output>
struct input_of<caf::typed_mpi<Input, Output>> {
  using type = Input;
};

template <class Own>
struct of;

template <class... Sigs>
struct of<caf::typed_actor<Sigs...>> {
  using actor = relay_actor<caf::typed_actor<Sigs...>>;
  template <class T>
  static constexpr bool takes =
    (std::is_same_v<typename input_of<Sigs>::type, caf::detail::type_list<T>> || ...);
  static_assert(!takes<point_relay> && !takes<get_relay_counts>, "a relay takes these for itself");

  static typename actor::behavior_type run(
    typename actor::template stateful_pointer<relay_state> self, relay_config config) {
    self->state.config = std::move(config);
    prepare(self, self->state);
    return {
      handler(self, Sigs{})...,
      [self](const point_relay& to) { return point(self, self->state, to); },
      [self](const get_relay_counts&) { return counts_of(self->state); },
    };
  }
};

} // namespace relay_detail

/// Makes the relay of a child with the interface `Own`; until the root points it to one, it answers
/// `unavailable`.
template <class Own>
relay_actor<Own> spawn_relay(caf::actor_system& system, relay_config config) {
  return spawn_actor(system, relay_detail::of<Own>::run, std::move(config));
}

} // namespace copal
