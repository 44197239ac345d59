// Containers that the engine cannot start any more. See docs/decisions/0123.

#include "actors/conductor/parts.hpp"

#include <algorithm>
#include <variant>

namespace copal::conductor_parts {

namespace {

/// What an earlier run has left may still be going, or go with the first try.
constexpr int tries = 3;

const container* find_container(const conductor_state& st, const container_id& id) {
  const auto& all = st.now.engine.containers;
  const auto it =
    std::find_if(all.begin(), all.end(), [&id](const auto& c) { return c.what.id == id; });
  return it == all.end() ? nullptr : &it->what;
}

/// It was made anew for the same reason, and has never been up: it is not the container.
bool is_no_better(const conductor_state& st, const std::string& subject, const container_id& id) {
  const auto* c = find_container(st, id);
  return st.renewed.contains(subject) && c != nullptr && c->state == container_state::created;
}

} // namespace

void note_refused_start(conductor_state& st, const std::string& subject, const error& why) {
  for (const auto& s : st.running) {
    const auto* start = std::get_if<start_container>(&s.action);
    if (start == nullptr || subject_of(s) != subject)
      continue;
    if (why.code != errc::broken)
      st.refused.erase(start->id);
    else if (++st.refused[start->id] >= tries && !is_no_better(st, subject, start->id))
      st.now.broken.insert_or_assign(start->id, why.what);
  }
}

void note_renewal(conductor_state& st, const step& s) {
  const auto* kill = std::get_if<kill_container>(&s.action);
  if (kill != nullptr && st.now.broken.contains(kill->id))
    st.renewed.insert(subject_of(s));
}

void note_good_start(conductor_state& st, const step& s) {
  const auto* start = std::get_if<start_container>(&s.action);
  const auto* made = std::get_if<install_service>(&s.action);
  if (start != nullptr) {
    st.refused.erase(start->id);
    st.now.broken.erase(start->id);
  }
  if (start != nullptr || (made != nullptr && !made->create_only))
    st.renewed.erase(subject_of(s));
}

void forget_breakages(conductor_state& st) {
  if (!st.now.engine.complete)
    return;
  const auto is_gone = [&st](const auto& x) { return find_container(st, x.first) == nullptr; };
  std::erase_if(st.refused, is_gone);
  std::erase_if(st.now.broken, is_gone);
}

} // namespace copal::conductor_parts
