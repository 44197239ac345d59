// What is made anew and still differs: it is tried again after a pause, and then left as it is.

#include "actors/conductor/parts.hpp"

#include <algorithm>
#include <variant>

namespace copal::conductor_parts {

namespace {

using planning::field_difference;
using planning::remake;
using difference_map = std::map<std::string, std::vector<field_difference>>;

std::vector<field_difference> found_in(const difference_map& behind, const std::string& subject) {
  const auto it = behind.find(subject);
  return it == behind.end() ? std::vector<field_difference>{} : it->second;
}

/// A step on that subject was taken before: no more is known until it is looked at why.
bool was_taken_before(const conductor_state& st, const step& s) {
  const auto subject = subject_of(s);
  const auto it = st.remade.lower_bound(subject);
  return planning::is_loss(s) && it != st.remade.end() && it->first.starts_with(subject);
}

const target_app* find_app(const device_target& target, app_id id) {
  const auto it = std::find_if(
    target.apps.begin(), target.apps.end(), [id](const target_app& a) { return a.id == id; });
  return it == target.apps.end() ? nullptr : &*it;
}

using part_config = std::variant<std::monostate, network_config, volume_config>;

template <class Parts>
part_config config_in(const Parts& parts, const std::string& name) {
  const auto it = std::find_if(
    parts.begin(), parts.end(), [&name](const auto& x) { return x.engine_name == name; });
  return it == parts.end() ? part_config{} : part_config{it->config};
}

/// What the app wants of the network or volume of that subject; nothing where it names none.
part_config part_of(const target_app& app, const std::string& subject) {
  if (!app.release)
    return {};
  const auto name = subject.substr(subject.find(':') + 1);
  if (subject.starts_with("network:"))
    return config_in(app.release->networks, name);
  return subject.starts_with("volume:") ? config_in(app.release->volumes, name) : part_config{};
}

/// Whether the engine keeps it is known now: it does not, so that nothing is gained from one more
/// time. The planner tells of it.
void leave_so(conductor_state& st, const step& s, std::vector<field_difference> what) {
  const auto subject = subject_of(s);
  const auto* app = find_app(st.now.target, s.app);
  st.now.left_so[subject] = {
    s.app, std::move(what), app == nullptr ? part_config{} : part_of(*app, subject)};
}

} // namespace

bool holds_back_remakes(self_ptr self, const plan& made) {
  auto& st = self->state;
  const auto taken = [&st](const step& s) { return was_taken_before(st, s); };
  if (std::none_of(made.steps.begin(), made.steps.end(), taken))
    return false;
  const auto behind = planning::differences_behind(st.now, made);
  auto held = false;
  for (const auto& s : made.steps) {
    if (!taken(s))
      continue;
    auto what = found_in(behind, subject_of(s));
    const auto known = st.remade.find(planning::remaking_key(s, what));
    if (known == st.remade.end())
      continue;
    auto next = known->second;
    const auto how = planning::may_make_anew(next, s, what);
    if (how == remake::now) // Noted when it begins.
      continue;
    held = true;
    known->second = std::move(next);
    if (how == remake::never)
      leave_so(st, s, std::move(what));
    else
      pause_step(self,
        subject_of(s),
        std::string{planning::remake_action},
        {errc::conflict, "it was made anew, and the engine still shows: " + s.reason});
  }
  return held;
}

void note_remake(conductor_state& st, const step& s, const difference_map& behind) {
  if (!planning::is_loss(s))
    return;
  const auto what = found_in(behind, subject_of(s));
  // It may: that was asked before.
  (void)planning::may_make_anew(st.remade[planning::remaking_key(s, what)], s, what);
}

void forget_remakes(conductor_state& st, const plan& made) {
  if (st.remade.empty() || !st.now.engine.complete || !st.now.images.complete)
    return;
  const auto there = planning::services_as_asked(st.now);
  std::erase_if(st.now.left_so, [&there](const auto& x) { return there.contains(x.first); });
  std::erase_if(st.remade, [&](const auto& entry) {
    return there.contains(entry.first)
           || (is_over(st, made, entry.second.app) && !st.now.left_so.contains(entry.first));
  });
}

void forget_remakes_of(conductor_state& st, const std::string& subject) {
  std::erase_if(st.remade, [&subject](const auto& entry) {
    return entry.first == subject || entry.first.starts_with(subject + ": ");
  });
}

namespace {

bool is_container(const std::string& subject) {
  return subject.starts_with("service:");
}

/// Data would be lost with a volume, and a network's users go down with it: another release alone,
/// or one that does not name it, is no reason to make them anew.
bool is_wanted_otherwise(const std::string& subject,
  const planning::unkept& left,
  const target_app& before,
  const target_app& next) {
  if (is_container(subject))
    return before != next;
  const auto wanted = part_of(next, subject);
  return !std::holds_alternative<std::monostate>(wanted) && wanted != left.wanted;
}

} // namespace

void doubt_engine(conductor_state& st) {
  for (auto it = st.now.left_so.begin(); it != st.now.left_so.end();) {
    if (!is_container(it->first)) {
      ++it;
      continue;
    }
    // Once more, and then it is known again.
    if (const auto known = st.remade.find(it->first); known != st.remade.end())
      known->second.tries = 1;
    it = st.now.left_so.erase(it);
  }
}

void doubt_target(conductor_state& st, const device_target& next) {
  std::erase_if(st.now.left_so, [&](const auto& entry) {
    const auto app = entry.second.app;
    if (app == app_id{}) // What several apps share.
      return false;
    const auto* before = find_app(st.now.target, app);
    const auto* then = find_app(next, app);
    return before == nullptr || then == nullptr
           || is_wanted_otherwise(entry.first, entry.second, *before, *then);
  });
}

} // namespace copal::conductor_parts
