// Handing out steps.

#include "actors/conductor/deadlines.hpp"
#include "actors/conductor/parts.hpp"
#include "actors/planning/backoff.hpp"
#include "actors/planning/plan/kept_files.hpp"

#include <algorithm>
#include <functional>
namespace copal::conductor_parts {

namespace {

template <class... Fs>
struct overloaded : Fs... {
  using Fs::operator()...;
};
template <class... Fs>
overloaded(Fs...) -> overloaded<Fs...>;

/// For people; the words that are known are those of spec/device-api.md §4, POST /v1/reboot.
std::string text_of(const step& s) {
  return std::holds_alternative<reboot_device>(s.action) ? "Rebooting" : to_string(s);
}

void note(self_ptr self, step_note::kind what, const step& s, const step_failure* failure) {
  if (!self->state.links.journal)
    return;
  step_note out{what, std::string{name_of(s.action)}, subject_of(s), text_of(s), {}, {}};
  if (failure != nullptr) {
    out.why = failure->last;
    out.pause = failure->pause;
  }
  self->send(self->state.links.journal, std::move(out));
}

/// The step of a subject has ended; the journal hears how.
void forget_running(self_ptr self, const std::string& subject, const step_failure* failure) {
  auto& st = self->state;
  std::vector<step> ended;
  for (const auto& s : st.running) {
    if (subject_of(s) == subject)
      ended.push_back(s);
  }
  st.now.busy.erase(subject);
  std::erase_if(st.running, [&subject](const step& s) { return subject_of(s) == subject; });
  for (const auto& s : ended) {
    if (failure == nullptr) {
      note_coming_up(self, s);
      note_good_start(st, s);
    }
    note(self, failure != nullptr ? step_note::kind::failed : step_note::kind::done, s, failure);
    request_step_ended(self, s, failure != nullptr ? &failure->last : nullptr);
  }
}

std::chrono::seconds grace_of(const step_action& action) {
  return std::visit(overloaded{
                      [](const stop_container& a) { return a.grace; },
                      [](const kill_container& a) { return a.grace; },
                      [](const auto&) { return std::chrono::seconds{0}; },
                    },
    action);
}

bool stops(const step& s) {
  return std::holds_alternative<stop_container>(s.action)
         || std::holds_alternative<kill_container>(s.action);
}

/// Who did not answer may have told the engine.
bool may_go_on(const error& why) {
  return why.code == errc::unavailable || why.code == errc::timeout;
}

template <class Done, class Handle>
void ask_to_do(self_ptr self, const Handle& who, std::chrono::seconds deadline, const step& s) {
  const auto subject = subject_of(s);
  const std::string action{name_of(s.action)};
  self->request(who, deadline, do_step{s})
    .then(
      [self, subject, action](Done& done) {
        take_view(self->state, std::move(done.now));
        step_succeeded(self, subject, action);
      },
      [self, subject, action, s](const caf::error& why) {
        if (stops(s) && may_go_on(from_caf(why)))
          be_unsure(self, s.app, deadlines::unheard_stop + grace_of(s.action));
        step_failed(self, subject, action, why);
      });
}

void save_commit(self_ptr self, const step& s, const commit_id& commit) {
  const auto subject = subject_of(s);
  const std::string action{name_of(s.action)};
  auto stored = commit.empty() ? std::nullopt : std::optional{commit};
  self->request(self->state.links.store, deadlines::store, store::save_commit{s.app, stored})
    .then(
      [self, subject, action, app = s.app, stored](const store::stored&) {
        if (stored)
          self->state.now.commits[app] = *stored;
        else
          self->state.now.commits.erase(app);
        step_succeeded(self, subject, action);
      },
      [self, subject, action](const caf::error& why) { step_failed(self, subject, action, why); });
}

/// A container starts with its files, those of the target that the step is from.
void run_service(self_ptr self, const step& s, std::vector<service_file> files) {
  with_files(self, s, std::move(files), [self, s] {
    ask_to_do<step_done>(self, self->state.links.containers, deadlines::container_step, s);
  });
}

/// It may be one of another release, of which the files that it mounts are known as far as the
/// target has the same.
std::vector<service_file> files_for(
  const conductor_state& st, app_id app, const start_container& what) {
  const auto& all = st.now.engine.containers;
  const auto it =
    std::find_if(all.begin(), all.end(), [&what](const auto& c) { return c.what.id == what.id; });
  auto out = planning::files_of(st.now.target, app, what.service);
  if (it != all.end())
    planning::add_mounted_files(
      st.now.target, app, it->what.config, st.config.device.files_root, out);
  return out;
}

void install(self_ptr self, const step& s, const install_service& what) {
  const auto go_on =
    [self, s, files = planning::files_of(self->state.now.target, s.app, what.who.name)] {
      run_service(self, s, files);
    };
  // A file that cannot be deleted ends the hand-over early; it does not hold up the update.
  const auto forget = [self, s, who = what.who.name, go_on] {
    self->request(self->state.links.host, deadlines::locks, host::forget_handover{s.app, who})
      .then([go_on](const host::forgotten&) { go_on(); }, [go_on](const caf::error&) { go_on(); });
  };
  if (what.beside_old)
    with_lock_folder(self, s.app, what.who.name, forget);
  else
    with_lock_folder(self, s.app, what.who.name, go_on);
}

/// Without an answer it is asked again, for what is left of the time.
void wait_for_handover(self_ptr self, const step& s, const await_handover& what) {
  namespace chrono = std::chrono;
  auto& st = self->state;
  const std::pair key{what.old, what.young};
  const auto now = self->clock().now();
  const auto until = st.handing_over.emplace(key, now).first->second + what.timeout;
  const auto left =
    std::max(chrono::ceil<chrono::milliseconds>(until - now), chrono::milliseconds{1});
  const auto subject = subject_of(s);
  const std::string action{name_of(s.action)};
  const auto ended = [self, key, subject, action](bool said) {
    self->state.now.handed_over[key] = said;
    step_succeeded(self, subject, action);
  };
  self
    ->request(
      st.links.host, left + deadlines::locks, host::await_handover{s.app, what.service, left})
    .then([ended](const host::handover_ended& end) { ended(end.said); },
      [self, ended, until, subject, action](const caf::error& why) {
        if (self->clock().now() >= until)
          ended(false);
        else if (from_caf(why).code == errc::conflict)
          step_succeeded(self, subject, action); // the wait of a newer container has begun
        else
          step_failed(self, subject, action, why);
      });
}

/// The container that the step on a subject starts, if that is what it does.
container_id started_by(const std::vector<step>& running, const std::string& subject) {
  for (const auto& s : running) {
    const auto* start = std::get_if<start_container>(&s.action);
    if (start != nullptr && subject_of(s) == subject)
      return start->id;
  }
  return {};
}

} // namespace

void step_succeeded(self_ptr self, const std::string& subject, const std::string& action) {
  auto& st = self->state;
  forget_running(self, subject, nullptr);
  // A kill that works says nothing of the start that made it necessary.
  if (const auto it = st.now.failures.find(subject);
      it != st.now.failures.end() && it->second.action == action)
    st.now.failures.erase(it);
  replan(self);
}

namespace {

/// One that was up and was stopped for a removal that failed is not stopped by anybody's wish.
void note_half_removed(conductor_state& st, const std::string& subject) {
  for (const auto& s : st.running) {
    const auto* kill = std::get_if<kill_container>(&s.action);
    if (kill == nullptr || subject_of(s) != subject)
      continue;
    if (const auto up = st.being_removed.find(kill->id); up != st.being_removed.end())
      st.now.half_removed.insert_or_assign(up->first, up->second);
  }
}

/// Before it is removed: whether the container is up.
void note_being_removed(conductor_state& st, const step& s) {
  const auto* kill = std::get_if<kill_container>(&s.action);
  if (kill == nullptr)
    return;
  st.being_removed.erase(kill->id); // It may have ended since an earlier try.
  for (const auto& c : st.now.engine.containers) {
    if (c.what.id == kill->id && is_up(c.what))
      st.being_removed.insert_or_assign(kill->id, c.what.started);
  }
}

} // namespace

void step_failed(
  self_ptr self, const std::string& subject, const std::string& action, const caf::error& why) {
  forget_remakes_of(self->state, subject);
  note_half_removed(self->state, subject);
  note_refused_start(self->state, subject, from_caf(why));
  pause_step(self, subject, action, from_caf(why));
  forget_running(self, subject, &self->state.now.failures[subject]);
  replan(self);
}

void pause_step(self_ptr self, const std::string& subject, const std::string& action, error why) {
  auto& st = self->state;
  auto& failure = st.now.failures[subject];
  failure.subject = subject;
  // Where neither the removal nor a start of what it stopped works, both wait.
  const auto after_kill = failure.waiting && failure.action == name_of(kill_container{});
  failure.about = after_kill ? container_id{} : started_by(st.running, subject);
  failure.action = action;
  planning::count_failure(failure, std::move(why), st.config.wall_clock(), st.config.longest_pause);
  st.pauses.set(self, subject, failure.pause);
}

void begin(self_ptr self, const step& s) {
  auto& st = self->state;
  note_going_down(self, s);
  note_being_removed(st, s);
  note_renewal(st, s);
  st.now.busy.insert(subject_of(s));
  st.running.push_back(s);
  note(self, step_note::kind::began, s, nullptr);
  const auto& links = st.links;
  std::visit(overloaded{
               [&](const take_locks& a) { ask_for_locks(self, s, a); },
               [&](const release_locks&) { give_locks_back(self, s); },
               [&](const install_service& a) { install(self, s, a); },
               [&](const start_container& a) { run_service(self, s, files_for(st, s.app, a)); },
               [&](const await_handover& a) { wait_for_handover(self, s, a); },
               [&](const note_reboot&) { require_reboot(self, s); },
               [&](const reboot_device&) { reboot(self); },
               [&](const set_firmware_volume& a) { name_firmware_volume(self, s, a.name); },
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

} // namespace copal::conductor_parts
