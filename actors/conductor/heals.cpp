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
  // One that was stopped here for a removal that failed did not end by itself.
  const auto ended = it != all.end() && it->what.state == container_state::exited
                     && !st.now.half_removed.contains(start->id);
  return ended ? &it->what : nullptr;
}

void forget_what_is_gone(conductor_state& st) {
  const auto is_there = [&st](const container_id& id) {
    const auto& all = st.now.engine.containers;
    return std::any_of(all.begin(), all.end(), [&id](const auto& c) { return c.what.id == id; });
  };
  std::erase_if(st.healed, [&](const auto& entry) { return !is_there(entry.second.id); });
}

/// "it ended 3 s after its last start, with code 1, out of memory"
std::string ending_text(const container& c) {
  const auto ran = std::chrono::duration_cast<std::chrono::seconds>(c.finished - c.started);
  // An engine may show an earlier end, or none.
  const auto when =
    ran.count() < 0 ? std::string{"it ended"} : "it ended " + std::to_string(ran.count()) + " s";
  return when + (ran.count() < 0 ? "" : " after its last start") + ", with code "
         + std::to_string(c.exit_code) + (c.oom_killed ? ", out of memory" : "");
}

void pause_heal(self_ptr self, const step& s, const container& c, std::int64_t in_a_row) {
  auto& st = self->state;
  const auto subject = subject_of(s);
  auto& failure = st.now.failures[subject];
  failure.count = static_cast<int>(in_a_row) - 2; // One more is counted; the first had none.
  pause_step(self, subject, std::string{name_of(s.action)}, {errc::conflict, ending_text(c)});
  failure.about = c.id;
}

} // namespace

bool holds_back_heals(self_ptr self, const plan& made) {
  auto& st = self->state;
  auto held = false;
  for (const auto& s : made.steps) {
    const auto* c = ended_one(st, s);
    if (c == nullptr)
      continue;
    const auto known = st.healed.find(subject_of(s));
    auto next = known == st.healed.end() ? planning::healing{} : known->second;
    if (planning::may_start_again(next, *c)) // Noted when it begins.
      continue;
    held = true;
    st.healed[subject_of(s)] = next;
    pause_heal(self, s, *c, next.in_a_row);
  }
  return held;
}

void note_heal(conductor_state& st, const step& s) {
  const auto* c = ended_one(st, s);
  if (c == nullptr)
    return;
  forget_what_is_gone(st);
  (void)planning::may_start_again(st.healed[subject_of(s)], *c); // It may: that was asked before.
}

} // namespace copal::conductor_parts
