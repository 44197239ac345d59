// Update locks: asked for, given back, and waited for.

#include "actors/conductor/deadlines.hpp"
#include "actors/conductor/parts.hpp"
#include "actors/planning/backoff.hpp"

#include <utility>

namespace copal::conductor_parts {

namespace {

/// A user who locks and unlocks all the time does not keep us busy: locks that went make us look
/// no more often.
constexpr std::chrono::seconds between_looks{1};

std::string looked_timer(app_id app) {
  return "looked:" + to_string(app);
}

/// Ends the wait for users' locks, unless it has just been ended.
void look_again(self_ptr self, lock_facts& facts) {
  auto& st = self->state;
  st.lock_looks.erase(facts.app);
  if (st.pauses.running(looked_timer(facts.app))) {
    facts.pause = between_looks;
    return st.pauses.set(self, locks_of(facts.app), between_looks);
  }
  st.pauses.set(self, looked_timer(facts.app), between_looks);
  st.pauses.stop(locks_of(facts.app));
  facts.held.clear();
}

/// The locks were taken, or users' are in the way: then they are tried again after a growing pause.
void locks_answered(
  self_ptr self, app_id app, const take_locks& asked, const host::found_locks& found) {
  auto& st = self->state;
  auto& facts = st.now.locks[app];
  facts = {.app = app, .taken = found.held.empty(), .held = found.held};
  const auto gone = st.gone_meanwhile.erase(app) > 0;
  st.now.force_vain.erase(app);
  if (facts.taken) {
    facts.services.insert(asked.services.begin(), asked.services.end());
    facts.since = st.config.wall_clock();
    st.lock_looks.erase(app);
  } else {
    if (asked.force)
      st.now.force_vain.insert(app);
    facts.pause = planning::backoff(++st.lock_looks[app], st.config.longest_pause);
    st.pauses.set(self, locks_of(app), facts.pause);
    if (gone) // after this look, or before it
      look_again(self, facts);
  }
  step_succeeded(self, locks_of(app), "takeLock");
}

/// Without an answer nobody knows whether files of ours are there.
void locks_unknown(self_ptr self, const step& s, const caf::error& why) {
  self->state.now.locks[s.app] = {.app = s.app, .left_over = true};
  step_failed(self, subject_of(s), std::string{name_of(s.action)}, why);
}

} // namespace

void ask_for_locks(self_ptr self, const step& s, const take_locks& what) {
  self->state.gone_meanwhile.erase(s.app);
  self
    ->request(
      self->state.links.host, deadlines::locks, host::take_locks{s.app, what.services, what.force})
    .then([self, app = s.app, what](
            const host::found_locks& found) { locks_answered(self, app, what, found); },
      [self, s](const caf::error& why) { locks_unknown(self, s, why); });
}

void give_locks_back(self_ptr self, const step& s) {
  // From now on they are nothing to rely on.
  auto& facts = self->state.now.locks[s.app];
  facts.left_over = std::exchange(facts.taken, false) || facts.left_over;
  self->request(self->state.links.host, deadlines::locks, host::release_locks{s.app})
    .then(
      [self, app = s.app](const host::locks_done&) {
        self->state.now.locks[app].left_over = false;
        step_succeeded(self, locks_of(app), "releaseLock");
      },
      [self, s](const caf::error& why) { locks_unknown(self, s, why); });
}

void with_lock_folder(
  self_ptr self, app_id app, const service_name& service, const std::function<void()>& go_on) {
  self->request(self->state.links.host, deadlines::locks, host::make_lock_folder{app, service})
    .then([go_on](const host::locks_done&) { go_on(); }, [go_on](const caf::error&) { go_on(); });
}

void lock_went(self_ptr self, app_id app) {
  auto& st = self->state;
  if (st.now.busy.contains(locks_of(app))) {
    st.gone_meanwhile.insert(app); // its answer may be on the way yet
    return;
  }
  const auto it = st.now.locks.find(app);
  if (it == st.now.locks.end() || it->second.held.empty())
    return;
  look_again(self, it->second);
  replan(self);
}

void be_unsure(self_ptr self, app_id app, std::chrono::seconds time) {
  self->state.now.unsure.insert(app);
  self->state.pauses.set(self, unsure_timer(app), time);
}

} // namespace copal::conductor_parts
