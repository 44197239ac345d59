#include "actors/planning/plan/remaking.hpp"

#include "actors/planning/plan/plan_parts.hpp"
#include "actors/planning/plan/subjects.hpp"

#include <algorithm>
#include <utility>

namespace copal::planning {

namespace {

bool is_container(const step& one) {
  return std::holds_alternative<kill_container>(one.action)
         || std::holds_alternative<retire_container>(one.action);
}

/// As often it is made anew for exactly the same.
int most_tries(const step& one) {
  return is_container(one) ? 2 : 1;
}

} // namespace

bool is_loss(const step& one) {
  // What is in nobody's way any more is not made anew, however many of it there are.
  if (one.reason == reason_not_wanted || one.reason == reason_newer_there)
    return false;
  return is_container(one) || std::holds_alternative<remove_network>(one.action)
         || std::holds_alternative<remove_volume>(one.action);
}

std::string remaking_key(const step& one, const std::vector<field_difference>& what) {
  return what.empty() ? subject_of(one) + ": " + one.reason : subject_of(one);
}

remake may_make_anew(remaking& so_far, const step& one, const std::vector<field_difference>& what) {
  const auto same = !what.empty() && so_far.what == what;
  if (so_far.tries == 0) {
    so_far = {one.app, one.reason, what, 1, false};
    return remake::now;
  }
  // Nobody changes a network or volume that exists: such as it is, it was made from this target.
  const auto as_made = !is_container(one) && !what.empty() && !so_far.what.empty();
  const auto in_vain = same || as_made;
  if (in_vain && so_far.tries >= most_tries(one))
    return remake::never;
  if (std::exchange(so_far.paused, false) && !std::holds_alternative<remove_volume>(one.action)) {
    so_far.tries = same ? so_far.tries + 1 : 1;
    so_far.reason = one.reason;
    so_far.what = what;
    return remake::now;
  }
  so_far.paused = true;
  return remake::later;
}

namespace {

using differing = std::vector<field_difference>;

template <class Wanted, class There>
differing between(const Wanted& wanted, const There& there, const std::string& name) {
  const auto target = std::find_if(
    wanted.begin(), wanted.end(), [&name](const auto& x) { return x.engine_name == name; });
  const auto current =
    std::find_if(there.begin(), there.end(), [&name](const auto& x) { return x.name == name; });
  return target == wanted.end() || current == there.end()
           ? differing{}
           : differences(current->config, target->config);
}

struct find_reason {
  const situation& s;
  const std::vector<app_standing>& apps;
  app_id app;

  [[nodiscard]] const app_standing* standing() const {
    const auto it =
      std::find_if(apps.begin(), apps.end(), [this](const auto& a) { return a.id == app; });
    return it == apps.end() ? nullptr : &*it;
  }
  [[nodiscard]] const target_release* release() const {
    const auto* of = standing();
    return of == nullptr || of->target == nullptr || !of->target->release ? nullptr
                                                                          : &*of->target->release;
  }

  [[nodiscard]] differing of_container(const container_id& id) const {
    const auto* of = standing();
    // What somebody asked for is no fault of the engine's.
    if (of == nullptr || s.asked.replaced.contains(id))
      return {};
    const auto it = std::find_if(of->pairs.begin(), of->pairs.end(), [&id](const auto& pair) {
      return pair.current != nullptr && pair.current->what.id == id;
    });
    return it == of->pairs.end() ? differing{} : it->differences;
  }

  differing operator()(const kill_container& a) const { return of_container(a.id); }
  differing operator()(const retire_container& a) const { return of_container(a.id); }
  differing operator()(const remove_network& a) const {
    const auto it = std::find_if(s.engine.networks.begin(),
      s.engine.networks.end(),
      [&a](const engine_network& n) { return n.id == a.id; });
    if (a.name == supervisor_network)
      return it == s.engine.networks.end() ? differing{}
                                           : supervisor_network_differences(it->config);
    return release() == nullptr ? differing{}
                                : between(release()->networks, s.engine.networks, a.name);
  }
  differing operator()(const remove_volume& a) const {
    return release() == nullptr || s.asked.purged.contains(app)
             ? differing{}
             : between(release()->volumes, s.engine.volumes, a.name);
  }
  template <class Other>
  differing operator()(const Other& /*action*/) const {
    return {};
  }
};

} // namespace

std::set<std::string> services_as_asked(const situation& s) {
  std::set<std::string> out;
  for (const auto& app : stand_apps(s)) {
    for (const auto& pair : app.pairs) {
      if (pair.current != nullptr && pair.differing.empty() && pair.left_so.empty()
          && pair.current->what.state != container_state::created)
        out.insert(service_subject(app.id, pair.target->name));
    }
  }
  return out;
}

std::map<std::string, std::vector<field_difference>> differences_behind(
  const situation& s, const plan& made) {
  std::map<std::string, std::vector<field_difference>> out;
  if (std::none_of(made.steps.begin(), made.steps.end(), is_loss))
    return out;
  const auto apps = stand_apps(s);
  for (const auto& one : made.steps) {
    if (auto found = std::visit(find_reason{s, apps, one.app}, one.action); !found.empty())
      out.emplace(subject_of(one), std::move(found));
  }
  return out;
}

} // namespace copal::planning
