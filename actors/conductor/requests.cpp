// What people ask beside the target: begun in order, judged after every plan, always answered.

#include "actors/conductor/deadlines.hpp"
#include "actors/conductor/parts.hpp"
#include "actors/planning/backoff.hpp"

#include <algorithm>

namespace copal::conductor_parts {

namespace {

using requests::perform;
using requests::verb;

/// Requests at a time, those that have not begun included; above it they are refused.
constexpr std::size_t most_asked = 16;
/// For one on a service to wait for another on its app. Source: spec/device-api.md §5.
constexpr std::chrono::seconds longest_wait{10};

std::string timer_of(const request_under_way& one) {
  return request_timer + std::to_string(one.number);
}

/// Answers a request, and forgets it.
void end(self_ptr self, std::uint64_t number, result<requests::performed> how) {
  auto& all = self->state.asked;
  const auto it = std::find_if(
    all.begin(), all.end(), [number](const request_under_way& x) { return x.number == number; });
  if (it == all.end())
    return;
  self->state.pauses.stop(timer_of(*it));
  auto asker = std::move(it->asker);
  all.erase(it);
  if (how)
    asker.deliver(std::move(*how));
  else
    asker.deliver(to_caf(how.error()));
}

} // namespace

void void_waiting(self_ptr self) {
  std::vector<std::uint64_t> numbers;
  for (const auto& one : self->state.asked) {
    if (!one.errand && planning::is_exclusive(one.what))
      numbers.push_back(one.number);
  }
  for (const auto number : numbers)
    end(self, number, fail(errc::unavailable, "request for lock canceled"));
}

namespace {

bool may_begin(const conductor_state& st, const perform& what) {
  return std::none_of(st.asked.begin(), st.asked.end(), [&what](const request_under_way& one) {
    if (!one.errand)
      return false;
    const auto same_app = one.what.app == what.app;
    if (planning::is_exclusive(one.what))
      return same_app || planning::is_exclusive(what);
    return same_app && (planning::is_exclusive(what) || one.what.service == what.service);
  });
}

} // namespace

void forget_next(self_ptr self) {
  auto& st = self->state;
  const auto is_held = [&st](const store::drop_hold& gone) {
    return std::any_of(st.holds.begin(), st.holds.end(), [&gone](const service_hold& hold) {
      return hold.app == gone.app && hold.service == gone.service;
    });
  };
  std::erase_if(st.unheld, is_held);
  if (st.forgetting || st.unheld.empty() || st.pauses.running(holds_timer))
    return;
  st.forgetting = true;
  const auto gone = st.unheld.front();
  self->request(st.links.store, deadlines::store, gone)
    .then(
      [self, gone](const store::stored&) {
        auto& state = self->state;
        state.forgetting = false;
        state.forget_failures = 0;
        std::erase_if(state.unheld, [&gone](const store::drop_hold& x) {
          return x.app == gone.app && x.service == gone.service;
        });
        forget_next(self);
      },
      [self](const caf::error&) {
        auto& state = self->state;
        state.forgetting = false;
        state.pauses.set(self,
          holds_timer,
          planning::backoff(++state.forget_failures, state.config.longest_pause));
      });
}

namespace {

void forget(self_ptr self, app_id app, const service_name& service) {
  auto& st = self->state;
  std::erase_if(
    st.holds, [&](const service_hold& hold) { return hold.app == app && hold.service == service; });
  std::erase_if(st.unheld,
    [&](const store::drop_hold& gone) { return gone.app == app && gone.service == service; });
  st.unheld.push_back({app, service});
  forget_next(self);
}

/// It holds from now on; the asker hears when it is on the disk, or that it is not so.
void remember(self_ptr self, request_under_way one, requests::performed done) {
  auto& st = self->state;
  const auto& hold = one.errand->hold;
  std::erase_if(st.holds,
    [&hold](const service_hold& x) { return x.app == hold.app && x.service == hold.service; });
  st.holds.push_back(hold);
  self->request(st.links.store, deadlines::store, store::put_hold{hold})
    .then([one, done](const store::stored&) mutable { one.asker.deliver(std::move(done)); },
      [self, one](const caf::error& why) mutable {
        forget(self, one.what.app, one.what.service);
        one.asker.deliver(to_caf(from_caf(why).with_context("keeping the request")));
        replan(self);
      });
}

/// Done: what it asked for stays.
void succeed(self_ptr self, std::uint64_t number, requests::performed done) {
  auto& st = self->state;
  const auto it = std::find_if(st.asked.begin(),
    st.asked.end(),
    [number](const request_under_way& x) { return x.number == number; });
  auto one = *it;
  if (one.errand->is_kept) {
    one.errand->hold = planning::hold_of(*one.errand, st.now, done);
    st.pauses.stop(timer_of(one));
    st.asked.erase(it);
    return remember(self, one, std::move(done));
  }
  const auto was_held = std::any_of(st.holds.begin(), st.holds.end(), [&one](const auto& hold) {
    return hold.app == one.what.app && hold.service == one.what.service;
  });
  end(self, number, std::move(done));
  if (was_held)
    forget(self, one.what.app, one.what.service);
}

/// What of the app waits, for the answer to one who waited in vain.
std::string what_it_waits_for(const conductor_state& st, app_id app) {
  for (const auto& s : st.running) {
    if (s.app == app)
      return "; it is at: " + to_string(s);
  }
  for (const auto& w : st.waits) {
    if (w.app == app || w.why == wait_reason::kind::engine_away)
      return "; it waits: " + w.text;
  }
  return {};
}

} // namespace

caf::result<requests::performed> take_request(self_ptr self, const perform& what) {
  auto& st = self->state;
  if (!st.has_target || !st.commits_known || !st.holds_known)
    return to_caf({errc::unavailable, "the state of the device is not known yet"});
  if (planning::is_exclusive(what))
    void_waiting(self);
  if (st.asked.size() >= most_asked)
    return to_caf({errc::exhausted,
      "too many requests at once: " + std::to_string(most_asked) + " are being done"});
  auto promise = self->make_response_promise<requests::performed>();
  request_under_way one;
  one.number = ++st.last_asked;
  one.what = what;
  one.asker = promise;
  st.asked.push_back(one);
  st.pauses.set(self,
    timer_of(one),
    planning::is_exclusive(what) ? std::chrono::seconds{deadlines::request} : longest_wait);
  replan(self);
  return promise;
}

void begin_requests(self_ptr self) {
  auto& st = self->state;
  std::vector<std::uint64_t> waiting;
  for (const auto& one : st.asked) {
    if (!one.errand)
      waiting.push_back(one.number);
  }
  for (const auto number : waiting) {
    const auto it = std::find_if(st.asked.begin(),
      st.asked.end(),
      [number](const request_under_way& x) { return x.number == number; });
    if (it == st.asked.end() || !may_begin(st, it->what))
      continue;
    auto begun = planning::begin_errand(it->what, st.now);
    if (!begun) {
      end(self, number, fail(std::move(begun.error())));
      continue;
    }
    const auto app = it->what.app;
    it->errand = std::move(*begun);
    if (!planning::is_exclusive(it->what))
      st.pauses.set(self, timer_of(*it), deadlines::request);
    // Nobody waits for a pause, and users' locks are looked at anew.
    end_pauses(st);
    std::erase_if(st.remade, [app](const auto& entry) { return entry.second.app == app; });
    const auto services = "service:" + to_string(app) + '/';
    std::erase_if(
      st.healed, [&services](const auto& entry) { return entry.first.starts_with(services); });
  }
}

void ask_the_plan(self_ptr self) {
  auto& st = self->state;
  const auto boot = st.now.boot ? st.now.boot->id : std::string{};
  std::vector<service_hold> over;
  for (const auto& hold : st.holds) {
    if (!planning::is_in_force(hold, st.now, boot))
      over.push_back(hold);
  }
  for (const auto& hold : over)
    forget(self, hold.app, hold.service);
  std::vector<planning::errand> errands;
  for (const auto& one : st.asked) {
    if (one.errand)
      errands.push_back(*one.errand);
  }
  st.now.asked = planning::wishes_of(st.holds, errands, st.now);
}

bool settle_requests(self_ptr self, const plan& made) {
  auto& st = self->state;
  auto changed = false;
  const auto all = st.asked;
  for (const auto& one : all) {
    if (!one.errand)
      continue;
    if (one.errand->emptying && planning::is_emptied(*one.errand, st.now)) {
      for (auto& x : st.asked) {
        if (x.number == one.number)
          x.errand->emptying = false;
      }
      changed = true;
      continue;
    }
    auto how = planning::judge(*one.errand, st.now, made, st.running);
    if (!how)
      continue;
    changed = true;
    if (*how)
      succeed(self, one.number, std::move(**how));
    else
      end(self, one.number, std::move(*how));
  }
  return changed;
}

namespace {

/// A container that the engine started again while it was being stopped is the same one.
void renew_hold(self_ptr self, const container_id& id) {
  auto& st = self->state;
  const auto& all = st.now.engine.containers;
  const auto c =
    std::find_if(all.begin(), all.end(), [&id](const auto& x) { return x.what.id == id; });
  if (c == all.end())
    return;
  for (auto& hold : st.holds) {
    if (hold.container != id || hold.started == c->what.started)
      continue;
    hold.started = c->what.started;
    // Without it on the disk the hold ends when Copal does.
    self->request(st.links.store, deadlines::store, store::put_hold{hold})
      .then([](const store::stored&) {}, [](const caf::error&) {});
  }
}

} // namespace

void request_step_ended(self_ptr self, const step& s, const error* why) {
  auto& st = self->state;
  const auto* stop = std::get_if<stop_container>(&s.action);
  if (stop != nullptr)
    renew_hold(self, stop->id);
  if (why == nullptr)
    return;
  std::vector<std::uint64_t> failed;
  for (const auto& one : st.asked) {
    if (one.errand && planning::is_part_of(*one.errand, s))
      failed.push_back(one.number);
  }
  for (const auto number : failed)
    end(self, number, fail(why->with_context(to_string(s))));
}

void request_late(self_ptr self, const std::string& timer) {
  const auto& all = self->state.asked;
  const auto it = std::find_if(
    all.begin(), all.end(), [&timer](const request_under_way& x) { return timer_of(x) == timer; });
  if (it == all.end())
    return;
  const auto app = it->what.app;
  if (!it->errand && !planning::is_exclusive(it->what))
    end(self,
      it->number,
      fail(errc::conflict,
        "Locks for app " + to_string(app) + " are being held by another supervisor operation"));
  else
    end(self,
      it->number,
      fail(errc::timeout,
        "not done within " + std::to_string(deadlines::request.count()) + " minutes"
          + what_it_waits_for(self->state, app)));
  replan(self);
}

void holds_loaded(self_ptr self, std::vector<service_hold> holds) {
  self->state.holds_known = true;
  self->state.holds = std::move(holds);
  replan(self);
}

} // namespace copal::conductor_parts
