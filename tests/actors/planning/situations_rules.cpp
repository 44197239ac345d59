// What every plan keeps to, whatever the situation.

#include "tests/actors/planning/situations.hpp"

#include <algorithm>
#include <set>

#include <doctest/doctest.h>

namespace copal::planning::situations {

namespace {

bool is_of_rejected(const situation& s, app_id app) {
  return std::any_of(s.target.apps.begin(), s.target.apps.end(), [app](const target_app& a) {
    return a.id == app && a.rejected;
  });
}

/// A container of the service is as another one waits for it.
bool is_met(const situation& s, app_id app, const dependency& on) {
  return std::any_of(s.engine.containers.begin(), s.engine.containers.end(), [&](const auto& c) {
    if (c.who.app != app || c.who.name != on.service)
      return false;
    switch (on.condition) {
      case dependency_condition::started:
        return c.what.state != container_state::created;
      case dependency_condition::healthy:
        return c.what.state == container_state::running && c.what.health == health_state::healthy;
      case dependency_condition::completed:
        return c.what.state == container_state::exited && c.what.exit_code == 0;
    }
    return false;
  });
}

/// The service that a step starts for the first time; empty: none.
service_name started_first(const situation& s, const step& one) {
  if (const auto* made = std::get_if<install_service>(&one.action); made != nullptr)
    return made->create_only ? service_name{} : made->who.name;
  const auto* start = std::get_if<start_container>(&one.action);
  const auto is_new = [&](const auto& c) {
    return c.what.id == start->id && c.what.state == container_state::created;
  };
  const auto& all = s.engine.containers;
  return start != nullptr && std::any_of(all.begin(), all.end(), is_new) ? start->service
                                                                         : service_name{};
}

/// What a step starts too early; empty when it does not.
std::string started_early(const situation& s, const step& one) {
  const auto name = started_first(s, one);
  for (const auto& app : s.target.apps) {
    if (name.empty() || app.id != one.app || !app.release)
      continue;
    const auto& all = app.release->services;
    const auto named = [&all](const service_name& x) {
      return std::find_if(all.begin(), all.end(), [&x](const auto& t) { return t.name == x; });
    };
    for (const auto& on : named(name)->depends_on) {
      const auto other = named(on.service);
      if (on.required && other != all.end() && other->running && !is_met(s, app.id, on))
        return name.value + " before " + on.service.value;
    }
  }
  return {};
}

} // namespace

std::string told(const plan& p) {
  std::string out;
  for (const auto& s : p.steps)
    out += to_string(s) + '\n';
  for (const auto& w : p.waits)
    out += "wait, " + to_string(w.why) + ": " + w.text + '\n';
  return out;
}

std::string broken_rule(const situation& s, const plan& p) {
  if (make_plan(s) != p)
    return "the same situation gives the same plan";
  if ((!s.engine.complete || !s.images.complete) && (!p.steps.empty() || p.waits.size() != 1))
    return "without the whole view there is one wait and nothing else";
  std::set<std::string> touched;
  for (const auto& one : p.steps) {
    const auto subject = subject_of(one);
    if (const auto early = started_early(s, one); !early.empty())
      return "a start of " + early + " is as it waits for it";
    if (is_of_rejected(s, one.app))
      return "a step on " + subject + ", although the app's release was rejected";
    if (!touched.insert(subject).second)
      return "two steps on " + subject;
    if (s.busy.contains(subject)
        || std::binary_search(s.engine.busy.begin(), s.engine.busy.end(), subject))
      return "a step on " + subject + ", which is busy";
    const auto* start = std::get_if<start_container>(&one.action);
    if (const auto it = s.failures.find(subject);
        it != s.failures.end() && it->second.waiting
        && (it->second.about.empty() || (start != nullptr && start->id == it->second.about)))
      return "a step on " + subject + ", which backs off";
  }
  return {};
}

void check(const std::vector<row>& rows) {
  for (const auto& r : rows) {
    CAPTURE(r.name);
    const auto made = make_plan(r.given);
    std::string wanted;
    for (const auto& line : r.plan)
      wanted += line + '\n';
    CHECK(told(made) == wanted);
    CHECK(broken_rule(r.given, made) == "");
  }
}

} // namespace copal::planning::situations
