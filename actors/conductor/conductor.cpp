#include "actors/conductor/conductor.hpp"

#include "actors/conductor/deadlines.hpp"
#include "actors/conductor/parts.hpp"
#include "actors/planning/compare/unhonoured.hpp"
#include "actors/planning/plan/kept_files.hpp"

#include <utility>

namespace copal {

namespace conductor_parts {

namespace {

constexpr std::chrono::seconds view_pause{1};

/// Asks for both views; later ones come by themselves. A child that is down tells nothing, so it is
/// asked again.
template <class View, class Handle, class Question>
void ask_for_view(self_ptr self, const Handle& whom, Question question) {
  self->request(whom, deadlines::view, question)
    .then(
      [self](View& view) {
        take_view(self->state, std::move(view));
        replan(self);
      },
      [self](const caf::error&) { self->state.pauses.set(self, views_timer, view_pause); });
}

void ask_for_views(self_ptr self) {
  const auto& links = self->state.links;
  ask_for_view<engine_view>(self, links.containers, get_engine_view{});
  ask_for_view<images_view>(self, links.images, get_images_view{});
}

/// What the store has not told yet of the last run; nothing is planned before.
std::vector<std::string> unread_of(const conductor_state& st) {
  std::vector<std::string> out;
  if (!st.target_known)
    out.emplace_back("the target");
  if (!st.commits_known)
    out.emplace_back("which releases ran in full");
  if (!st.holds_known)
    out.emplace_back("which stops and starts were asked for");
  return out;
}

bool is_settled(const conductor_state& st) {
  return st.has_target && unread_of(st).empty() && st.running.empty() && st.waits.empty();
}

void count_arrival(conductor_state& st) {
  const auto was_there = std::exchange(st.arrived, is_settled(st) && st.now.engine.complete);
  if (st.arrived && !was_there)
    ++st.arrivals;
}

progress where_it_stands(const conductor_state& st) {
  progress out;
  out.has_target = st.has_target;
  out.problem = st.problem;
  out.warnings = st.warnings;
  for (auto& text : planning::unhonoured(st.now.target, st.now.engine.lacks))
    out.warnings.push_back(std::move(text));
  out.unread = unread_of(st);
  if (!out.unread.empty())
    out.store_silent = st.store_silent;
  out.settled = is_settled(st);
  out.arrivals = st.arrivals;
  out.target = planning::without_contents(st.now.target);
  out.running = st.running;
  out.waits = st.waits;
  for (const auto& [subject, failure] : st.now.failures)
    out.failures.push_back(failure);
  out.commits = st.now.commits;
  out.engine = st.now.engine;
  out.images = st.now.images;
  for (const auto& [app, facts] : st.now.locks) {
    if (facts.taken || !facts.held.empty())
      out.locks.push_back(facts);
  }
  out.holds = st.now.asked.holds;
  return out;
}

/// Between two states told; each costs a copy of all that is known.
constexpr std::chrono::milliseconds tell_pause{50};

} // namespace

void tell(self_ptr self) {
  auto& st = self->state;
  count_arrival(st);
  if (st.links.watchers.empty())
    return;
  st.untold = st.pauses.running(tell_timer);
  if (st.untold)
    return;
  for (const auto& watcher : st.links.watchers)
    self->send(watcher, where_it_stands(st));
  st.pauses.set(self, tell_timer, tell_pause);
}

namespace {

void tell_again(self_ptr self) {
  if (std::exchange(self->state.untold, false))
    tell(self);
}

} // namespace

} // namespace conductor_parts

conductor_child::behavior_type conductor(
  conductor_parts::self_ptr self, conductor_config config, conductor_links links) {
  using namespace conductor_parts;
  self->state.config = std::move(config);
  self->state.links = std::move(links);
  if (!self->state.config.wall_clock)
    self->state.config.wall_clock = [] { return wall_time{}; };
  self->state.now.reboot.possible = static_cast<bool>(self->state.links.power);
  return {
    [self](engine_view& view) {
      take_view(self->state, std::move(view));
      replan(self);
    },
    [self](images_view& view) {
      take_view(self->state, std::move(view));
      replan(self);
    },
    [self](const host::locks_gone& msg) { lock_went(self, msg.app); },
    [self](set_target& msg) { return take_target(self, msg); },
    [self](const requests::perform& msg) { return take_request(self, msg); },
    [self](const apply_now& msg) {
      if (msg.force)
        force_all(self->state);
      if (msg.cancel)
        void_waiting(self);
      end_pauses(self->state);
      replan(self);
      return applying{};
    },
    [self](const get_progress&) { return where_it_stands(self->state); },
    [self](const wake_up&) {
      load(self);
      ask_for_views(self);
      tell(self);
    },
    [](const probe&) { return alive{}; },
    [self](const timer_due& due) {
      const auto key = self->state.pauses.fired(due);
      if (!key)
        return;
      if (*key == load_timer)
        load(self);
      else if (*key == views_timer)
        ask_for_views(self);
      else if (*key == tell_timer)
        tell_again(self);
      else if (*key == keys_timer)
        replan(self);
      else if (*key == holds_timer)
        forget_next(self);
      else if (*key == boot_timer)
        look_at_boot(self);
      else if (*key == down_timer)
        still_up(self);
      else if (key->starts_with(request_timer))
        request_late(self, *key);
      else
        pause_over(self, *key);
    },
  };
}

} // namespace copal
