// Starting again what has ended.

#include "actors/conductor/parts.hpp"
#include "actors/planning/backoff.hpp"

#include <algorithm>

namespace copal::conductor_parts {

namespace {

/// The container that a step starts again; null when it starts none, or for the first time.
const container* ended_one(const conductor_state& st, const step& s) {
  const auto* start = std::get_if<start_container>(&s.action);
  if (start == nullptr)
    return nullptr;
  const auto& all = st.now.engine.containers;
  const auto it =
    std::find_if(all.begin(), all.end(), [start](const auto& c) { return c.what.id == start->id; });
  const auto ended = it != all.end() && it->what.state == container_state::exited;
  return ended ? &it->what : nullptr;
}

void forget_what_is_gone(conductor_state& st) {
  const auto is_there = [&st](const container_id& id) {
    const auto& all = st.now.engine.containers;
    return std::any_of(all.begin(), all.end(), [&id](const auto& c) { return c.what.id == id; });
  };
  std::erase_if(st.healed, [&](const auto& entry) { return !is_there(entry.second.id); });
}

} // namespace

bool is_healed_in_vain(self_ptr self, const step& s) {
  auto& st = self->state;
  const auto* c = ended_one(st, s);
  if (c == nullptr)
    return false;
  forget_what_is_gone(st);
  const auto subject = subject_of(s);
  auto& so_far = st.healed[subject];
  if (planning::may_start_again(so_far, *c))
    return false;
  const auto ran = std::chrono::duration_cast<std::chrono::seconds>(c->finished - c->started);
  error why{errc::conflict,
    "it ended " + std::to_string(ran.count()) + " s after its last start, with code "
      + std::to_string(c->exit_code) + (c->oom_killed ? ", out of memory" : "")};
  st.waits.push_back({wait_reason::kind::back_off, s.app, subject, to_string(s) + ": " + why.what});
  auto& failure = st.now.failures[subject];
  failure.count = static_cast<int>(so_far.in_a_row) - 2; // One more is counted; the first had none.
  pause_step(self, subject, std::string{name_of(s.action)}, std::move(why));
  failure.about = c->id;
  return true;
}

} // namespace copal::conductor_parts
