#include "actors/api/api.hpp"

#include "actors/api/parts.hpp"

#include <utility>

namespace copal {

namespace api_parts {

namespace {

constexpr std::chrono::seconds question_deadline{10};
constexpr std::chrono::seconds question_pause{1};
constexpr const char* progress_timer = "progress";
constexpr const char* keys_timer = "keys";

/// What was told before is no longer so; those who keep replies hear of it, once.
void changed(self_ptr self) {
  auto& st = self->state;
  ++st.now.revision;
  if (std::exchange(st.given_out, false) && st.links.keeper)
    self->send(st.links.keeper, api::changed{st.now});
}

/// A conductor that has just been started and has looked at nothing yet.
bool knows_nothing(const progress& x) {
  return !x.has_target && x.problem.empty() && x.engine.incarnation == 0
         && x.images.incarnation == 0;
}

void take(self_ptr self, progress& news) {
  auto& where = self->state.where;
  if (where && knows_nothing(news))
    return;
  where = std::move(news);
  changed(self);
}

void take(self_ptr self, health& news) {
  self->state.children = std::move(news);
  changed(self);
}

void take(self_ptr self, keys::key_ring& news) {
  if (self->state.ring == news)
    return;
  self->state.ring = std::move(news);
  changed(self);
}

/// The first question; later on it is told. One that is down tells nothing, so it is asked again.
template <class Answer, class Handle, class Question>
void ask_first(self_ptr self, const Handle& whom, Question question, const char* timer) {
  self->request(whom, question_deadline, question)
    .then([self](Answer& answer) { take(self, answer); },
      [self, timer](const caf::error&) { self->state.waits.set(self, timer, question_pause); });
}

void ask_for_progress(self_ptr self) {
  ask_first<progress>(self, self->state.links.conductor, get_progress{}, progress_timer);
}

void ask_for_keys(self_ptr self) {
  ask_first<keys::key_ring>(self, self->state.links.keys, keys::get_key_ring{}, keys_timer);
}

void begin(self_ptr self) {
  const auto& st = self->state;
  // What the one before gave out is void.
  if (st.links.keeper)
    self->send(st.links.keeper, api::changed{st.now});
  ask_for_progress(self);
  ask_for_keys(self);
  look_for_addresses(self);
}

} // namespace

} // namespace api_parts

api_child::behavior_type run_api(
  api_parts::self_ptr self, api_config config, api_links links, std::uint64_t incarnation) {
  using namespace api_parts;
  self->state.config = std::move(config);
  self->state.links = std::move(links);
  self->state.now.incarnation = incarnation;
  // Tickets of the one before are nobody's.
  self->state.last_ticket = incarnation << 32U;
  return {
    [self](progress& news) { take(self, news); },
    [self](health& news) { take(self, news); },
    [self](keys::key_ring& news) { take(self, news); },
    [self](const api::request& what) {
      return what.ticket != 0 ? wait_on(self, what.ticket) : serve(self, what);
    },
    [self](const wake_up&) { begin(self); },
    [](const probe&) { return alive{}; },
    [self](const timer_due& due) {
      const auto key = self->state.waits.fired(due);
      if (key == progress_timer)
        ask_for_progress(self);
      else if (key == keys_timer)
        ask_for_keys(self);
      else if (key)
        work_timer_fired(self, *key);
    },
  };
}

} // namespace copal
