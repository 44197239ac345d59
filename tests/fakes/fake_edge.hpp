#pragma once

#include "actors/timers.hpp"
#include "messages/protocol/supervision.hpp"
#include "tests/fakes/fault_source.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <memory>

#include <caf/actor_clock.hpp>
#include <caf/typed_response_promise.hpp>

namespace copal::test {

/// Answers that a fake edge has promised for later.
struct promised_work {
  std::map<std::uint64_t, std::function<void()>> due;
  timers<std::uint64_t> clock;
  std::uint64_t last = 0;
  caf::actor_clock::time_point free_at; ///< For work that is done one after the other.

  template <class Self>
  void later(Self* self, std::chrono::milliseconds delay, std::function<void()> work) {
    due[++last] = std::move(work);
    clock.set(self, last, delay);
  }

  /// As `later`, and not before what was promised in order before.
  template <class Self>
  void in_order(Self* self, std::chrono::milliseconds delay, std::function<void()> job) {
    const auto now = self->clock().now();
    free_at = std::max(now, free_at) + delay;
    const auto wait = std::chrono::duration_cast<std::chrono::milliseconds>(free_at - now);
    later(self, wait, std::move(job));
  }

  /// True when the timer was one of ours.
  bool run(const timer_due& timer) {
    const auto key = clock.fired(timer);
    if (!key)
      return false;
    auto node = due.extract(*key);
    if (!node.empty())
      node.mapped()();
    return true;
  }
};

/// Gives the answer of a request whose effect is over, as its fate wants.
template <class Promise, class Reply>
void deliver(Promise& promise, fate f, result<Reply>& outcome) {
  if (f == fate::fails_after)
    promise.deliver(to_caf({errc::unavailable, "drawn fault: connection broke"}));
  else if (f != fate::unanswered && outcome)
    promise.deliver(std::move(*outcome));
  else if (f != fate::unanswered)
    promise.deliver(to_caf(outcome.error()));
}

/// Works on a request beside others: `effect` some time later, and what it returned some time after
/// that. `broken` is asked when the answer is due: what was done is done, but nobody hears of it.
template <class Reply, class Self, class Effect, class Broken>
caf::result<Reply> serve(Self* self,
  promised_work& work,
  fault_source& faults,
  const course& how,
  Effect effect,
  Broken broken) {
  auto promise = self->template make_response_promise<Reply>();
  const auto token = faults.under_way;
  work.later(self, how.to_effect, [self, &work, token, how, promise, effect, broken]() mutable {
    if (how.what == fate::fails) {
      promise.deliver(to_caf({errc::unavailable, "drawn fault: no connection"}));
      return;
    }
    auto outcome = std::make_shared<result<Reply>>(effect());
    work.later(self, how.to_answer, [token, how, promise, outcome, broken]() mutable {
      if (broken())
        promise.deliver(to_caf({errc::unavailable, "the connection broke"}));
      else
        deliver(promise, how.what, *outcome);
    });
  });
  return promise;
}

/// Works on a request after all those before it; effect and answer are at the same moment.
template <class Reply, class Self, class Effect>
caf::result<Reply> serve_in_order(
  Self* self, promised_work& work, fault_source& faults, Effect effect) {
  auto promise = self->template make_response_promise<Reply>();
  const auto f = faults.draw();
  const auto token = faults.under_way;
  work.in_order(self, faults.duration_of(f), [token, f, promise, effect]() mutable {
    if (f == fate::fails) {
      promise.deliver(to_caf({errc::unavailable, "drawn fault: no connection"}));
      return;
    }
    result<Reply> outcome = effect();
    deliver(promise, f, outcome);
  });
  return promise;
}

} // namespace copal::test
