// The target: where it comes from and how it is kept.

#include "actors/conductor/deadlines.hpp"
#include "actors/conductor/parts.hpp"
#include "actors/planning/backoff.hpp"
#include "actors/planning/normalise/normalise.hpp"

namespace copal::conductor_parts {

namespace {

/// Targets that wait for the one being stored; above it they are refused.
constexpr std::size_t most_waiting = 16;

void adopt_target(self_ptr self, target_document doc, planning::normalised found, bool force) {
  auto& st = self->state;
  st.doc = std::move(doc);
  st.has_target = true;
  st.target_known = true;
  st.problem.clear();
  const auto changed = st.now.target != found.target;
  doubt_target(st, found.target);
  st.warnings = std::move(found.warnings);
  st.now.target = std::move(found.target);
  st.now.force = force;
  st.now.force_over.clear();
  st.arrived = false;
  end_pauses(st);
  st.now.failures.clear();
  std::erase_if(
    st.remade, [&st](const auto& entry) { return !st.now.left_so.contains(entry.first); });
  st.healed.clear();
  if (!changed)
    return replan(self);
  st.forgiven.insert(
    st.now.engine.stopped_from_outside.begin(), st.now.engine.stopped_from_outside.end());
  st.now.engine.stopped_from_outside.clear();
  replan(self);
}

/// Stores the oldest target that waits, then turns to it; then the next.
void store_next(self_ptr self) {
  auto& st = self->state;
  if (st.storing || st.waiting.empty())
    return;
  auto next = std::move(st.waiting.front());
  st.waiting.pop_front();
  auto found = planning::normalise_target(next.msg.doc, st.config.device);
  if (!found) { // It was understood when it came.
    next.asker.deliver(to_caf(found.error()));
    return store_next(self);
  }
  const auto changed = !st.has_target || st.now.target != found->target;
  st.storing = true;
  self->request(st.links.store, deadlines::store, store::save_target{next.msg.doc})
    .then(
      [self, changed, next](const store::stored&) mutable {
        auto& state = self->state;
        state.storing = false;
        state.disk_unknown = false;
        // Read anew: a key may have come meanwhile.
        auto read = planning::normalise_target(next.msg.doc, state.config.device);
        if (!read) { // It was understood when it came.
          next.asker.deliver(to_caf(read.error()));
          return store_next(self);
        }
        adopt_target(self, std::move(next.msg.doc), std::move(*read), next.msg.force);
        next.asker.deliver(target_accepted{changed});
        store_next(self);
      },
      [self, next](const caf::error& why) mutable {
        self->state.storing = false;
        self->state.disk_unknown = true;
        next.asker.deliver(to_caf(from_caf(why).with_context("storing the target")));
        store_next(self);
      });
}

/// The target of the last run. One that this Copal does not understand is left in the store, and
/// nothing is touched until another comes.
void target_loaded(self_ptr self, store::stored_target& stored) {
  auto& st = self->state;
  if (st.target_known)
    return;
  st.target_known = true;
  if (!stored.doc)
    return replan(self);
  auto found = planning::normalise_target(*stored.doc, st.config.device);
  if (found)
    return adopt_target(self, std::move(*stored.doc), std::move(*found), false);
  st.doc = std::move(stored.doc);
  st.problem = "the stored target is not understood: " + found.error().what;
  replan(self);
}

} // namespace

caf::result<target_accepted> take_target(self_ptr self, set_target& msg) {
  auto& st = self->state;
  auto found = planning::normalise_target(msg.doc, st.config.device);
  if (!found)
    return to_caf(found.error()); // each problem begins with the document's origin
  const auto idle = !st.storing && st.waiting.empty();
  if (idle && !st.disk_unknown && st.has_target && st.doc == msg.doc) {
    if (msg.force)
      force_all(st);
    end_pauses(st);
    replan(self);
    return target_accepted{false};
  }
  if (st.waiting.size() >= most_waiting)
    return to_caf({errc::exhausted, "too many targets at once; the last ones are being stored"});
  auto promise = self->make_response_promise<target_accepted>();
  st.waiting.push_back({std::move(msg), promise});
  store_next(self);
  return promise;
}

void load(self_ptr self) {
  auto& st = self->state;
  if (st.store_silent)
    st.store_silent->waiting = false;
  // All questions of a round are asked again together; what the host does not tell holds nothing
  // up.
  const auto again = [self] {
    auto& state = self->state;
    if (state.pauses.running(load_timer))
      return;
    state.pauses.set(
      self, load_timer, planning::backoff(++state.load_rounds, state.config.longest_pause));
  };
  const auto host_failed = [again](const caf::error&) { again(); };
  const auto store_failed = [self, again](const caf::error& why) {
    again();
    auto& state = self->state;
    auto& silent = state.store_silent ? *state.store_silent : state.store_silent.emplace();
    if (silent.waiting) // for another question of this round
      return;
    planning::count_failure(
      silent, from_caf(why), state.config.wall_clock(), state.config.longest_pause);
    silent.pause = planning::backoff(state.load_rounds, state.config.longest_pause);
    tell(self);
  };
  if (!st.target_known) {
    self->request(st.links.store, deadlines::store, store::load_target{})
      .then([self](store::stored_target& stored) { target_loaded(self, stored); }, store_failed);
  }
  if (!st.own_locks_known) {
    self->request(st.links.host, deadlines::locks, host::find_own_locks{})
      .then(
        [self](const host::own_locks& found) {
          self->state.own_locks_known = true;
          for (const auto app : found.apps) {
            auto& facts = self->state.now.locks[app];
            if (facts.taken || !facts.held.empty()) // they were asked for since
              continue;
            facts.app = app;
            facts.left_over = true;
            // The run before may have been in the middle of a stop.
            be_unsure(self, app, deadlines::unheard_stop);
          }
          replan(self);
        },
        host_failed);
  }
  if (!st.now.boot) {
    self->request(st.links.host, deadlines::locks, host::get_boot{})
      .then(
        [self](host::boot_facts& boot) {
          self->state.now.boot = std::move(boot);
          replan(self);
        },
        host_failed);
  }
  if (!st.now.os) {
    self->request(st.links.host, deadlines::locks, host::get_os_settings{})
      .then(
        [self](host::os_settings& os) {
          self->state.now.os = std::move(os);
          replan(self);
        },
        host_failed);
  }
  if (!st.holds_known) {
    self->request(st.links.store, deadlines::store, store::load_holds{})
      .then([self](store::hold_list& found) { holds_loaded(self, std::move(found.items)); },
        store_failed);
  }
  if (!st.commits_known) {
    self->request(st.links.store, deadlines::store, store::load_commits{})
      .then(
        [self](store::commit_list& commits) {
          self->state.commits_known = true;
          self->state.now.commits = std::move(commits.items);
          replan(self);
        },
        store_failed);
  }
}

} // namespace copal::conductor_parts
