// From what is shown to the next steps.

#include "actors/conductor/deadlines.hpp"
#include "actors/conductor/parts.hpp"
#include "actors/planning/plan/plan_locks.hpp"
#include "actors/planning/plan/subjects.hpp"

#include <algorithm>
#include <tuple>

namespace copal::conductor_parts {

namespace {

template <class View>
bool is_newer(const View& a, const View& b) {
  return std::tie(a.incarnation, a.revision) > std::tie(b.incarnation, b.revision);
}

} // namespace

void take_view(conductor_state& st, engine_view view) {
  if (!is_newer(view, st.now.engine))
    return;
  std::erase_if(st.forgiven, [&view](const container_id& id) {
    const auto& stopped = view.stopped_from_outside;
    return !std::binary_search(stopped.begin(), stopped.end(), id);
  });
  std::erase_if(
    view.stopped_from_outside, [&st](const container_id& id) { return st.forgiven.contains(id); });
  if (view.complete && !st.now.engine.complete)
    doubt_engine(st);
  st.now.engine = std::move(view);
}

void take_view(conductor_state& st, images_view view) {
  if (is_newer(view, st.now.images))
    st.now.images = std::move(view);
}

namespace {

/// What is known of a hand-over matters while there are both containers, of a removal while there
/// is the one.
void forget_hand_overs(conductor_state& st) {
  if (!st.now.engine.complete)
    return;
  const auto is_there = [&st](const container_id& id) {
    const auto& all = st.now.engine.containers;
    return std::any_of(all.begin(), all.end(), [&id](const auto& c) { return c.what.id == id; });
  };
  const auto is_over = [&is_there](const auto& entry) {
    return !is_there(entry.first.first) || !is_there(entry.first.second);
  };
  std::erase_if(st.handing_over, is_over);
  std::erase_if(st.now.handed_over, is_over);
  std::erase_if(st.being_removed, [&is_there](const auto& x) { return !is_there(x.first); });
  // What is up was not stopped, or runs again; unless this view is of before, or the stop may still
  // come.
  std::erase_if(st.now.half_removed, [&st](const auto& entry) {
    const auto& now = st.now.engine;
    return std::none_of(now.containers.begin(), now.containers.end(), [&](const auto& c) {
      return c.what.id == entry.first && c.what.started == entry.second
             && (!is_up(c.what) || st.now.unsure.contains(c.who.app)
                 || std::binary_search(now.busy.begin(),
                   now.busy.end(),
                   planning::service_subject(c.who.app, c.who.name)));
    });
  });
}

plan plan_now(const conductor_state& st) {
  auto made = planning::plan_as_asked(st.now);
  planning::add_releases(st.now, made);
  return made;
}

/// The plan without what would be done in vain: locks are not held, nor neighbours held up, for
/// what only waits.
plan plan_for_now(self_ptr self) {
  // Each round holds back one subject more, at least: there are not that many.
  constexpr int most_rounds = 1000;
  auto made = plan_now(self->state);
  for (int rounds = 0; rounds < most_rounds; ++rounds) {
    const auto remakes = holds_back_remakes(self, made);
    const auto heals = holds_back_heals(self, made);
    if (!remakes && !heals)
      break;
    made = plan_now(self->state);
  }
  return made;
}

bool is_all_over(const conductor_state& st, const plan& made) {
  return made.steps.empty() && st.running.empty()
         && std::none_of(made.waits.begin(), made.waits.end(), waits_for_us);
}

/// Force is for the way to the target: an app that has got there is locked by its users again,
/// whatever others wait for.
void end_force(conductor_state& st, const plan& made) {
  if (!st.now.force || !st.now.engine.complete || !st.now.images.complete)
    return;
  std::set<app_id> apps;
  for (const auto& app : st.now.target.apps)
    apps.insert(app.id);
  for (const auto& c : st.now.engine.containers)
    apps.insert(c.who.app);
  for (const auto app : apps) {
    if (is_over(st, made, app))
      st.now.force_over.insert(app);
  }
}

void forget_what_is_over(conductor_state& st, const plan& made) {
  forget_remakes(st, made);
  end_force(st, made);
  if (!is_all_over(st, made))
    return;
  st.now.failures.clear();
  st.renewed.clear();
  st.now.force = false;
  st.down_since.clear();
  std::erase_if(
    st.now.locks, [](const auto& entry) { return !entry.second.taken && !entry.second.left_over; });
}

bool knows_all(const conductor_state& st) {
  return st.has_target && st.commits_known && st.holds_known;
}

/// Without a target nothing is touched; locks that the run before has left keep services from
/// taking theirs.
void give_back_left_overs(self_ptr self) {
  auto& st = self->state;
  if (!st.target_known || st.has_target)
    return;
  plan made;
  planning::add_releases(st.now, made);
  for (const auto& s : made.steps)
    begin(self, s);
}

void begin_all(self_ptr self, const plan& made) {
  const auto behind = planning::differences_behind(self->state.now, made);
  for (const auto& s : made.steps) {
    note_remake(self->state, s, behind);
    note_heal(self->state, s);
    begin(self, s);
  }
}

void go_on(self_ptr self) {
  auto& st = self->state;
  if (st.going_down)
    return;
  if (!knows_all(st))
    return give_back_left_overs(self);
  if (lacks_keys(self))
    return;
  forget_hand_overs(st);
  forget_breakages(st);
  begin_requests(self);
  ask_the_plan(self);
  judge_uptime(self);
  const auto plan = plan_for_now(self);
  forget_what_is_over(st, plan);
  st.waits = plan.waits;
  doubt_boot(self);
  if (plan.steps.empty() && st.running.empty())
    tidy_files(self);
  begin_all(self, plan);
  if (settle_requests(self, plan))
    go_on(self); // Each round ends one request, or one part of it.
}

} // namespace

bool waits_for_us(const wait_reason& w) {
  return !is_left_to_engine(w.why);
}

bool is_over(const conductor_state& st, const plan& made, app_id app) {
  const auto of_app = [app](const step& s) { return s.app == app; };
  return std::none_of(made.steps.begin(), made.steps.end(), of_app)
         && std::none_of(st.running.begin(), st.running.end(), of_app)
         && std::none_of(made.waits.begin(), made.waits.end(), [app](const wait_reason& w) {
              return w.app == app && waits_for_us(w);
            });
}

void replan(self_ptr self) {
  go_on(self);
  tell(self);
}

void pause_over(self_ptr self, const std::string& subject) {
  auto& st = self->state;
  if (const auto it = st.now.failures.find(subject); it != st.now.failures.end())
    it->second.waiting = false;
  for (auto& [app, facts] : st.now.locks) {
    if (locks_of(app) == subject)
      facts.held.clear();
  }
  std::erase_if(st.now.unsure, [&](app_id app) { return unsure_timer(app) == subject; });
  replan(self);
}

/// Every pause ends, and users' locks are looked at anew.
void end_pauses(conductor_state& st) {
  for (auto& [subject, failure] : st.now.failures) {
    st.pauses.stop(subject);
    failure.waiting = false;
  }
  for (auto& [app, facts] : st.now.locks) {
    st.pauses.stop(locks_of(app));
    facts.held.clear();
  }
  st.lock_looks.clear();
  for (auto& failure : st.now.images.failures)
    failure.waiting = false;
}

void force_all(conductor_state& st) {
  st.now.force = true;
  st.now.force_over.clear();
}

} // namespace copal::conductor_parts
