#include "actors/conductor/conductor.hpp"

#include "actors/conductor/deadlines.hpp"
#include "actors/planning/backoff.hpp"
#include "actors/planning/normalise.hpp"

#include <algorithm>
#include <tuple>

namespace copal {

namespace {

using self_ptr = conductor_child::stateful_pointer<conductor_state>;

constexpr const char* load_timer = "load";
constexpr const char* views_timer = "views";
constexpr int most_saves = 16;
constexpr std::chrono::seconds view_pause{1};

template <class... Fs>
struct overloaded : Fs... {
  using Fs::operator()...;
};
template <class... Fs>
overloaded(Fs...) -> overloaded<Fs...>;

template <class View>
bool is_newer(const View& a, const View& b) {
  return std::tie(a.incarnation, a.revision) > std::tie(b.incarnation, b.revision);
}

void replan(self_ptr self);

// -- what the others show
// ---------------------------------------------------------------------------

void take_view(conductor_state& st, engine_view view) {
  if (!is_newer(view, st.now.engine))
    return;
  std::erase_if(
    view.stopped_from_outside, [&st](const container_id& id) { return st.forgiven.contains(id); });
  st.now.engine = std::move(view);
}

void take_view(conductor_state& st, images_view view) {
  if (is_newer(view, st.now.images))
    st.now.images = std::move(view);
}

// -- steps
// ------------------------------------------------------------------------------------------

void forget_running(conductor_state& st, const std::string& subject) {
  st.now.busy.erase(subject);
  std::erase_if(st.running, [&subject](const step& s) { return subject_of(s) == subject; });
}

void step_succeeded(self_ptr self, const std::string& subject) {
  auto& st = self->state;
  forget_running(st, subject);
  st.now.failures.erase(subject);
  replan(self);
}

void step_failed(self_ptr self, const std::string& subject, const caf::error& why) {
  auto& st = self->state;
  forget_running(st, subject);
  auto& failure = st.now.failures[subject];
  failure.subject = subject;
  failure.last = from_caf(why);
  ++failure.count;
  failure.pause = planning::backoff(failure.count, st.config.longest_pause);
  failure.waiting = true;
  st.pauses.set(self, subject, failure.pause);
  replan(self);
}

/// A user's lock was found, or not. One that is held is looked at again after a growing pause.
void locks_found(self_ptr self, app_id app, const host::found_locks& found) {
  auto& st = self->state;
  st.now.locks[app] = {app, true, found.held};
  const auto subject = "locks:" + to_string(app);
  if (found.held.empty()) {
    st.lock_looks.erase(app);
  } else {
    const auto pause = planning::backoff(++st.lock_looks[app], st.config.longest_pause);
    st.pauses.set(self, subject, pause);
  }
  step_succeeded(self, subject);
}

template <class Done, class Handle>
void ask_to_do(self_ptr self, const Handle& who, std::chrono::seconds deadline, const step& s) {
  const auto subject = subject_of(s);
  self->request(who, deadline, do_step{s})
    .then(
      [self, subject](Done& done) {
        take_view(self->state, std::move(done.now));
        step_succeeded(self, subject);
      },
      [self, subject](const caf::error& why) { step_failed(self, subject, why); });
}

void save_commit(self_ptr self, const step& s, const commit_id& commit) {
  const auto subject = subject_of(s);
  auto stored = commit.empty() ? std::nullopt : std::optional{commit};
  self->request(self->state.links.store, deadlines::store, store::save_commit{s.app, stored})
    .then(
      [self, subject, app = s.app, stored](const store::stored&) {
        if (stored)
          self->state.now.commits[app] = *stored;
        else
          self->state.now.commits.erase(app);
        step_succeeded(self, subject);
      },
      [self, subject](const caf::error& why) { step_failed(self, subject, why); });
}

void find_locks(self_ptr self, const step& s, const look_for_locks& what) {
  const auto subject = subject_of(s);
  self->request(self->state.links.host, deadlines::locks, host::find_locks{s.app, what.services})
    .then([self, app = s.app](const host::found_locks& found) { locks_found(self, app, found); },
      [self, subject](const caf::error& why) { step_failed(self, subject, why); });
}

std::chrono::seconds grace_of(const step_action& action) {
  return std::visit(overloaded{
                      [](const stop_container& a) { return a.grace; },
                      [](const kill_container& a) { return a.grace; },
                      [](const auto&) { return std::chrono::seconds{0}; },
                    },
    action);
}

void begin(self_ptr self, step s) {
  auto& st = self->state;
  st.now.busy.insert(subject_of(s));
  st.running.push_back(s);
  const auto& links = st.links;
  std::visit(overloaded{
               [&](const look_for_locks& a) { find_locks(self, s, a); },
               [&](const record_commit& a) { save_commit(self, s, a.commit); },
               [&](const fetch_image&) {
                 ask_to_do<image_step_done>(self, links.images, deadlines::image_step, s);
               },
               [&](const save_image&) {
                 ask_to_do<image_step_done>(self, links.images, deadlines::image_step, s);
               },
               [&](const remove_image&) {
                 ask_to_do<image_step_done>(self, links.images, deadlines::image_step, s);
               },
               [&](const auto& a) {
                 ask_to_do<step_done>(
                   self, links.containers, deadlines::container_step + grace_of(a), s);
               },
             },
    s.action);
}

// -- the loop
// ---------------------------------------------------------------------------------------

void replan(self_ptr self) {
  auto& st = self->state;
  if (!st.has_target || !st.commits_known)
    return;
  auto plan = planning::make_plan(st.now);
  st.waits = std::move(plan.waits);
  // A look at the locks counts for the one plan that follows it.
  for (auto& [app, facts] : st.now.locks)
    facts.fresh = false;
  if (plan.steps.empty() && st.waits.empty()) {
    st.now.force = false;
    std::erase_if(st.now.locks, [](const auto& entry) { return entry.second.held.empty(); });
  }
  for (auto& s : plan.steps)
    begin(self, std::move(s));
}

void pause_over(self_ptr self, const std::string& subject) {
  auto& st = self->state;
  if (const auto it = st.now.failures.find(subject); it != st.now.failures.end())
    it->second.waiting = false;
  std::erase_if(st.now.locks,
    [&subject](const auto& entry) { return "locks:" + to_string(entry.first) == subject; });
  replan(self);
}

/// Every pause ends, and users' locks are looked at anew.
void end_pauses(conductor_state& st) {
  for (auto& [subject, failure] : st.now.failures) {
    st.pauses.stop(subject);
    failure.waiting = false;
  }
  for (const auto& [app, facts] : st.now.locks)
    st.pauses.stop("locks:" + to_string(app));
  st.now.locks.clear();
  st.lock_looks.clear();
  for (auto& failure : st.now.images.failures)
    failure.waiting = false;
}

// -- the target
// -------------------------------------------------------------------------------------

void adopt_target(self_ptr self, target_document doc, planning::normalised found, bool force) {
  auto& st = self->state;
  st.doc = std::move(doc);
  st.has_target = true;
  st.target_known = true;
  st.problem.clear();
  st.warnings = std::move(found.warnings);
  st.now.target = std::move(found.target);
  st.now.force = force;
  end_pauses(st);
  st.now.failures.clear();
  st.forgiven.insert(
    st.now.engine.stopped_from_outside.begin(), st.now.engine.stopped_from_outside.end());
  st.now.engine.stopped_from_outside.clear();
  replan(self);
}

caf::result<target_accepted> on_set_target(self_ptr self, set_target& msg) {
  auto& st = self->state;
  auto found = planning::normalise_target(msg.doc, st.config.device);
  if (!found)
    return to_caf(found.error().with_context("target from " + msg.doc.origin));
  const auto changed = !st.has_target || st.now.target != found->target;
  if (!changed && st.doc == msg.doc) {
    st.now.force = st.now.force || msg.force;
    end_pauses(st);
    replan(self);
    return target_accepted{false};
  }
  if (st.saving >= most_saves)
    return to_caf({errc::exhausted, "too many targets at once; the last ones are being stored"});
  ++st.saving;
  auto promise = self->make_response_promise<target_accepted>();
  self->request(st.links.store, deadlines::store, store::save_target{msg.doc})
    .then(
      [self, promise, changed, doc = msg.doc, force = msg.force, found = std::move(*found)](
        const store::stored&) mutable {
        --self->state.saving;
        adopt_target(self, std::move(doc), std::move(found), force);
        promise.deliver(target_accepted{changed});
      },
      [self, promise](const caf::error& why) mutable {
        --self->state.saving;
        promise.deliver(to_caf(from_caf(why).with_context("storing the target")));
      });
  return promise;
}

/// The target of the last run. One that this Copal does not understand is left in the store, and
/// nothing is touched until another comes.
void target_loaded(self_ptr self, store::stored_target& stored) {
  auto& st = self->state;
  if (st.target_known)
    return;
  st.target_known = true;
  if (!stored.doc)
    return;
  auto found = planning::normalise_target(*stored.doc, st.config.device);
  if (found)
    return adopt_target(self, std::move(*stored.doc), std::move(*found), false);
  st.doc = std::move(stored.doc);
  st.problem = "the stored target is not understood: " + found.error().what;
}

// -- first questions
// --------------------------------------------------------------------------------

void load(self_ptr self) {
  auto& st = self->state;
  const auto failed = [self](const caf::error&) {
    auto& state = self->state;
    state.pauses.set(
      self, load_timer, planning::backoff(++state.load_failures, state.config.longest_pause));
  };
  if (!st.target_known) {
    self->request(st.links.store, deadlines::store, store::load_target{})
      .then([self](store::stored_target& stored) { target_loaded(self, stored); }, failed);
  }
  if (!st.commits_known) {
    self->request(st.links.store, deadlines::store, store::load_commits{})
      .then(
        [self](store::commit_list& commits) {
          self->state.commits_known = true;
          self->state.now.commits = std::move(commits.items);
          replan(self);
        },
        failed);
  }
}

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

progress where_it_stands(const conductor_state& st) {
  progress out;
  out.has_target = st.has_target;
  out.problem = st.problem;
  out.warnings = st.warnings;
  out.settled = st.has_target && st.commits_known && st.running.empty() && st.waits.empty();
  out.target = st.now.target;
  out.running = st.running;
  out.waits = st.waits;
  for (const auto& [subject, failure] : st.now.failures)
    out.failures.push_back(failure);
  out.commits = st.now.commits;
  out.engine = st.now.engine;
  out.images = st.now.images;
  return out;
}

} // namespace

conductor_child::behavior_type conductor(
  self_ptr self, conductor_config config, conductor_links links) {
  self->state.config = std::move(config);
  self->state.links = std::move(links);
  return {
    [self](engine_view& view) {
      take_view(self->state, std::move(view));
      replan(self);
    },
    [self](images_view& view) {
      take_view(self->state, std::move(view));
      replan(self);
    },
    [self](set_target& msg) { return on_set_target(self, msg); },
    [self](const apply_now& msg) {
      self->state.now.force = self->state.now.force || msg.force;
      end_pauses(self->state);
      replan(self);
      return applying{};
    },
    [self](const get_progress&) { return where_it_stands(self->state); },
    [self](const wake_up&) {
      load(self);
      ask_for_views(self);
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
      else
        pause_over(self, *key);
    },
  };
}

} // namespace copal
