// From what is shown to the next steps.

#include "actors/conductor/parts.hpp"

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
  std::erase_if(
    view.stopped_from_outside, [&st](const container_id& id) { return st.forgiven.contains(id); });
  st.now.engine = std::move(view);
}

void take_view(conductor_state& st, images_view view) {
  if (is_newer(view, st.now.images))
    st.now.images = std::move(view);
}

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

} // namespace copal::conductor_parts
