// The secrets and configs of services: placed before a container starts that mounts them, removed
// when none does.

#include "actors/conductor/deadlines.hpp"
#include "actors/conductor/parts.hpp"
#include "actors/planning/backoff.hpp"
#include "actors/planning/plan/kept_files.hpp"

namespace copal::conductor_parts {

void with_files(
  self_ptr self, const step& s, std::vector<service_file> files, std::function<void()> go_on) {
  auto& st = self->state;
  if (files.empty())
    return go_on();
  st.files_kept.reset();
  self->request(st.links.host, deadlines::files, host::place_files{std::move(files)})
    .then([go_on](const host::files_done&) { go_on(); },
      [self, subject = subject_of(s), action = std::string{name_of(s.action)}](
        const caf::error& why) {
        step_failed(self, subject, action, to_caf(from_caf(why).with_context("placing its files")));
      });
}

void tidy_files(self_ptr self) {
  auto& st = self->state;
  if (st.pauses.running(files_timer))
    return;
  if (!st.now.engine.complete) // whose containers mount what is not known
    return;
  auto names = planning::kept_files(st.now.target, st.now.engine, st.config.device.files_root);
  if (st.files_kept == names)
    return;
  st.files_kept = names;
  self->request(st.links.host, deadlines::files, host::keep_files{std::move(names)})
    .then([self](const host::files_done&) { self->state.tidy_failures = 0; },
      [self](const caf::error&) {
        // What could not be removed is in nobody's way. The next plan asks again.
        auto& state = self->state;
        state.files_kept.reset();
        state.pauses.set(
          self, files_timer, planning::backoff(++state.tidy_failures, state.config.longest_pause));
      });
}

} // namespace copal::conductor_parts
