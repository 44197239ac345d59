#pragma once

#include "messages/protocol/type_ids.hpp"
#include "messages/result.hpp"

#include <chrono>
#include <memory>
#include <utility>

#include <caf/actor_system.hpp>
#include <caf/scoped_actor.hpp>

namespace copal::test {

/// An actor system with threads, for edges that are tested as they run.
class live_system {
public:
  live_system();
  ~live_system();
  live_system(const live_system&) = delete;
  live_system& operator=(const live_system&) = delete;

  caf::actor_system& operator*();

private:
  struct parts;
  std::unique_ptr<parts> parts_;
};

/// Asks and waits for the answer; what CAF reports becomes our error.
template <class Answer, class Handle, class Message>
result<Answer> ask(caf::actor_system& system, const Handle& whom, Message message) {
  caf::scoped_actor self{system};
  result<Answer> outcome = fail(errc::internal, "no answer");
  self->request(whom, std::chrono::seconds(30), std::move(message))
    .receive([&outcome](Answer& answer) { outcome = std::move(answer); },
      [&outcome](const caf::error& why) { outcome = fail(from_caf(why)); });
  return outcome;
}

/// Waits until the actor has ended and tells why; a bound keeps a broken test from hanging.
template <class Handle>
result<error> end_of(caf::actor_system& system, const Handle& whom) {
  caf::scoped_actor self{system};
  self->monitor(whom);
  result<error> outcome = fail(errc::timeout, "it goes on");
  self->receive([&outcome](const caf::down_msg& down) { outcome = from_caf(down.reason); },
    caf::after(std::chrono::seconds(30)) >> [] {});
  return outcome;
}

} // namespace copal::test
