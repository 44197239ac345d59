// From what is shown to the next steps.

#include "actors/conductor/deadlines.hpp"
#include "actors/conductor/parts.hpp"
#include "actors/planning/plan/plan_locks.hpp"

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
  st.now.engine = std::move(view);
}

void take_view(conductor_state& st, images_view view) {
  if (is_newer(view, st.now.images))
    st.now.images = std::move(view);
}

namespace {

/// Why something that exists has to go; empty for steps that end nothing.
const std::string* reason_of_loss(const step& s) {
  const auto loses = std::holds_alternative<kill_container>(s.action)
                     || std::holds_alternative<remove_network>(s.action)
                     || std::holds_alternative<remove_volume>(s.action);
  return loses ? &s.reason : nullptr;
}

/// A thing that was made anew and still differs in the same way will differ again: what the engine
/// does not keep cannot be had. It is tried again after a growing pause; a volume, whose data would
/// be lost each time, not before the target changes.
bool is_made_in_vain(self_ptr self, const step& s) {
  auto& st = self->state;
  const auto* reason = reason_of_loss(s);
  if (reason == nullptr)
    return false;
  const auto subject = subject_of(s);
  auto& last = st.remade[subject];
  if (last.reason != *reason) {
    last = {s.app, *reason, false};
    return false;
  }
  if (std::exchange(last.paused, false) && !std::holds_alternative<remove_volume>(s.action))
    return false;
  last.paused = true;
  auto why = "it was made anew, and the engine still shows: " + *reason;
  st.waits.push_back({wait_reason::kind::back_off, s.app, subject, why});
  pause_step(self, subject, "remake", {errc::conflict, std::move(why)});
  return true;
}

/// What is at its target was not made in vain, and what failed once is over.
void forget_what_is_over(conductor_state& st, const plan& made) {
  const auto is_quiet = [&](app_id app) {
    const auto of_app = [app](const auto& x) { return x.app == app; };
    return std::none_of(made.steps.begin(), made.steps.end(), of_app)
           && std::none_of(made.waits.begin(), made.waits.end(), of_app)
           && std::none_of(st.running.begin(), st.running.end(), of_app);
  };
  std::erase_if(st.remade, [&](const auto& entry) { return is_quiet(entry.second.app); });
  if (made.settled() && st.running.empty())
    st.now.failures.clear();
}

/// What is known of a hand-over matters while there are both containers.
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
}

/// Between two looks at the boot's time while something waits for a boot.
constexpr std::chrono::minutes boot_pause{5};

/// When the machine was booted is reckoned from its clock, and that may have been set since.
void doubt_boot(self_ptr self) {
  auto& st = self->state;
  const auto waits = std::any_of(st.waits.begin(), st.waits.end(), [](const wait_reason& w) {
    return w.why == wait_reason::kind::reboot;
  });
  if (waits && !st.pauses.running(boot_timer))
    st.pauses.set(self, boot_timer, boot_pause);
}

bool waits_for_us(const wait_reason& w) {
  return w.why != wait_reason::kind::engine_policy;
}

void go_on(self_ptr self) {
  auto& st = self->state;
  if (!st.has_target || !st.commits_known || !st.holds_known || lacks_keys(self))
    return;
  forget_hand_overs(st);
  begin_requests(self);
  ask_the_plan(self);
  auto plan = planning::plan_as_asked(st.now);
  planning::add_releases(st.now, plan);
  forget_what_is_over(st, plan);
  st.waits = plan.waits;
  doubt_boot(self);
  if (plan.steps.empty() && std::none_of(st.waits.begin(), st.waits.end(), waits_for_us)) {
    st.now.force = false;
    st.down_since.clear();
    std::erase_if(st.now.locks,
      [](const auto& entry) { return !entry.second.taken && !entry.second.left_over; });
  }
  if (plan.steps.empty() && st.running.empty())
    tidy_files(self);
  for (const auto& s : plan.steps) {
    if (!is_made_in_vain(self, s) && !is_healed_in_vain(self, s))
      begin(self, s);
  }
  if (settle_requests(self, plan))
    go_on(self); // Each round ends one request, or one part of it.
}

} // namespace

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

void look_at_boot(self_ptr self) {
  self->request(self->state.links.host, deadlines::locks, host::get_boot{})
    .then(
      [self](host::boot_facts& boot) {
        self->state.now.boot = std::move(boot);
        replan(self);
      },
      [self](const caf::error&) { replan(self); });
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

} // namespace copal::conductor_parts
