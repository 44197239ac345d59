#include "actors/target_source/target_source.hpp"

#include "actors/planning/backoff.hpp"
#include "actors/planning/normalise/derived_ids.hpp"

#include <utility>

namespace copal {

namespace {

using self_ptr = target_source_child::stateful_pointer<target_source_memory>;
using admission = target_source_memory::admission;

constexpr const char* admission_timer = "admission";
constexpr const char* read_timer = "read";
constexpr const char* send_timer = "send";

constexpr std::chrono::seconds store_deadline{30};
/// Somebody may be writing the file.
constexpr std::chrono::seconds read_deadline{30};
/// The conductor has the target stored before it answers.
constexpr std::chrono::seconds conductor_deadline{60};

/// Why the file as it is now is not the target.
std::string problem_of(const target_source_memory& st) {
  if (!st.refusal.empty())
    return st.refusal;
  if (!st.read_problem.empty())
    return st.read_problem;
  if (st.latest && st.latest->why) {
    const auto& why = *st.latest->why;
    return why.what + (why.code == errc::not_found ? "; the target before it stands" : "");
  }
  return st.send_problem;
}

/// Tells the sink when something changed.
void tell(self_ptr self) {
  auto& st = self->state;
  st.now.refused = st.allowed == admission::refused;
  st.now.problem = problem_of(st);
  if (st.latest) {
    st.now.path = st.latest->path;
    st.now.project = st.latest->project;
    st.now.warnings = st.latest->warnings;
  }
  if (st.told == st.now)
    return;
  st.told = st.now;
  if (st.links.sink)
    self->send(st.links.sink, st.now);
}

/// Waits for longer each time in a row.
void try_later(self_ptr self, const char* timer, std::int64_t& failures) {
  self->state.pauses.set(
    self, timer, planning::backoff(++failures, self->state.config.longest_pause));
}

void offer(self_ptr self);

void sent(self_ptr self, const target_document& doc) {
  auto& st = self->state;
  st.send_failures = 0;
  st.send_problem.clear();
  st.now.accepted = st.config.wall_clock();
  st.now.commit = doc.form == dialect::compose ? planning::derived_commit(doc.doc) : commit_id{};
  st.accepted = doc;
}

void not_sent(self_ptr self, const error& why) {
  auto& st = self->state;
  st.accepted.reset(); // it may have arrived all the same
  st.send_problem = why.what;
  if (why.code == errc::invalid_input)
    st.send_failures = 0;
  else
    try_later(self, send_timer, st.send_failures);
}

void over(self_ptr self) {
  self->state.sending = false;
  tell(self);
  if (std::exchange(self->state.send_again, false))
    offer(self);
}

void send(self_ptr self, const target_document& doc) {
  auto& st = self->state;
  st.sending = true;
  st.insist = false;
  st.pauses.stop(send_timer);
  const auto force = std::exchange(st.force, false);
  self->request(st.links.conductor, conductor_deadline, set_target{doc, force})
    .then(
      [self, doc](const target_accepted&) {
        sent(self, doc);
        over(self);
      },
      [self, force](const caf::error& why) {
        const auto reason = from_caf(why);
        self->state.force |= force && reason.code != errc::invalid_input;
        not_sent(self, reason);
        over(self);
      });
}

/// Sends what the file holds, unless it is what was accepted last.
void offer(self_ptr self) {
  auto& st = self->state;
  if (st.sending) {
    st.send_again = true;
    return;
  }
  if (st.allowed == admission::admitted && st.latest && st.latest->doc) {
    if (st.insist || st.accepted != st.latest->doc)
      send(self, *st.latest->doc);
    else
      st.send_problem.clear();
  }
  tell(self);
}

void admit(self_ptr self) {
  auto& st = self->state;
  st.allowed = admission::admitted;
  st.admission_failures = 0;
  st.refusal.clear();
  offer(self);
}

void refuse(self_ptr self, const std::string& other) {
  auto& st = self->state;
  st.allowed = admission::refused;
  st.refusal = "the stored target is from " + other
               + ", which is there still: go on with that file, remove or rename it, let "
               + st.latest->path
               + " take its place (--take-over), or give it a state folder of "
                 "its own";
  try_later(self, admission_timer, st.admission_failures);
  tell(self);
}

void admission_failed(self_ptr self, const caf::error& why) {
  auto& st = self->state;
  st.allowed = admission::unknown;
  st.refusal = "whose the stored target is, is not known yet: " + from_caf(why).what;
  try_later(self, admission_timer, st.admission_failures);
  tell(self);
}

/// A target that came from a file, and not from this one.
bool is_from_another(const store::stored_target& stored, const std::string& path) {
  return stored.doc && stored.doc->origin.starts_with('/') && stored.doc->origin != path;
}

void judge(self_ptr self, const store::stored_target& stored) {
  auto& st = self->state;
  if (!is_from_another(stored, st.latest->path))
    return admit(self);
  const auto other = stored.doc->origin;
  self->request(st.links.file, read_deadline, target_file::find_other{other})
    .then(
      [self, other](const target_file::other_found& found) {
        if (found.there)
          refuse(self, other);
        else
          admit(self);
      },
      [self](const caf::error& why) { admission_failed(self, why); });
}

/// Asks whether this file may be followed, before its first content is sent.
void ask_admission(self_ptr self) {
  auto& st = self->state;
  if (st.allowed == admission::asking || st.allowed == admission::admitted || !st.latest)
    return;
  st.allowed = admission::asking;
  st.pauses.stop(admission_timer);
  if (st.config.take_over)
    return admit(self);
  self->request(st.links.store, store_deadline, store::load_target{})
    .then([self](const store::stored_target& stored) { judge(self, stored); },
      [self](const caf::error& why) { admission_failed(self, why); });
}

void take_reading(self_ptr self, target_file::reading& found) {
  auto& st = self->state;
  st.read_failures = 0;
  st.read_problem.clear();
  st.pauses.stop(read_timer);
  const auto is_older = [&found](const target_file::reading& known) {
    return std::pair{found.incarnation, found.number} < std::pair{known.incarnation, known.number};
  };
  if (!st.latest || !is_older(*st.latest))
    st.latest = std::move(found);
  if (st.allowed == admission::admitted)
    return offer(self);
  tell(self);
  ask_admission(self);
}

void ask_file(self_ptr self) {
  self->request(self->state.links.file, read_deadline, target_file::read{})
    .then([self](target_file::reading& found) { take_reading(self, found); },
      [self](const caf::error& why) {
        auto& st = self->state;
        st.read_problem = "the target file cannot be read now: " + from_caf(why).what;
        try_later(self, read_timer, st.read_failures);
        tell(self);
      });
}

} // namespace

target_source_child::behavior_type target_source(
  self_ptr self, target_source_config config, target_source_links links) {
  self->state.config = std::move(config);
  if (!self->state.config.wall_clock)
    self->state.config.wall_clock = [] { return wall_time{}; };
  self->state.links = std::move(links);
  return {
    [self](target_file::reading& found) { take_reading(self, found); },
    [self](const look_for_target& x) {
      self->state.insist = true;
      self->state.force |= x.force;
      ask_file(self);
    },
    [self](const get_target_source&) { return self->state.now; },
    [self](const wake_up&) { ask_file(self); },
    [](const probe&) { return alive{}; },
    [self](const timer_due& due) {
      const auto key = self->state.pauses.fired(due);
      if (!key)
        return;
      if (*key == read_timer)
        ask_file(self);
      else if (*key == admission_timer)
        ask_admission(self);
      else
        offer(self);
    },
  };
}

} // namespace copal
