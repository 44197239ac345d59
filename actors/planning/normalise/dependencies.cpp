#include "actors/planning/normalise/dependencies.hpp"

#include "actors/planning/normalise/service_networks.hpp"

#include <algorithm>
#include <array>
#include <map>

namespace copal::planning {

namespace {

using by_name = std::map<service_name, const read_service*>;

bool read_flag(const node& of, std::string_view key, bool when_absent) {
  const auto field = of.get(key);
  return field ? field->boolean() : when_absent;
}

dependency_condition read_condition(const node& n) {
  constexpr std::array all{
    dependency_condition::started, dependency_condition::healthy, dependency_condition::completed};
  const auto* text = n.raw().as_text();
  for (const auto one : all) {
    if (text != nullptr && *text == to_string(one))
      return one;
  }
  n.refuse("service_started, service_healthy or service_completed_successfully");
  return dependency_condition::started;
}

dependency read_long_form(const node& n, std::string name) {
  dependency out;
  out.service.value = std::move(name);
  if (n.is_null())
    return out;
  check_members(n, {"condition", "required", "restart"}, "a dependency");
  if (const auto condition = n.get("condition"))
    out.condition = read_condition(*condition);
  out.required = read_flag(n, "required", true);
  out.restart = read_flag(n, "restart", false);
  return out;
}

/// Of a release without it nobody can wait for it; a service whose network is shared must be there.
bool is_unknown(const read_service& s, const dependency& on, const by_name& services) {
  if (services.contains(on.service))
    return false;
  const auto& name = on.service.value;
  if (name == shared_service(s.service.config.network_mode))
    s.place.reject(
      "its network_mode names the service " + name + ", which the release does not have");
  else if (s.place.strict() && on.required)
    s.place.reject("it depends on the service " + name + ", which the file does not have");
  else if (on.required)
    s.place.warn(
      "it depends on the service " + name + ", which the release does not have: ignored");
  return true;
}

/// Its container is started again whenever it has ended.
bool never_ends(const target_service& s) {
  const auto mode = s.config.restart.mode;
  return mode == restart_mode::always || mode == restart_mode::unless_stopped;
}

bool has_no_check(const target_service& s) {
  const auto& check = s.overrides.healthcheck;
  return check && !check->test.empty() && check->test.front() == "NONE";
}

/// One that is kept stopped is not waited for.
void check_condition(const read_service& s, const dependency& on, const target_service& other) {
  const auto& name = on.service.value;
  if (on.condition == dependency_condition::completed && other.running && never_ends(other))
    s.place.reject("it waits until the service " + name + " has completed, which is started again "
                   + "whenever it ends (restart: " + to_string(other.config.restart.mode)
                   + "); give " + name + " restart: \"no\" or on-failure");
  if (on.condition == dependency_condition::healthy && other.running && has_no_check(other))
    s.place.reject("it waits until the service " + name
                   + " is healthy, whose healthcheck is switched off; give " + name
                   + " a healthcheck, or depend on it with service_started");
}

/// Follows the dependencies of one service; true when they lead back to it.
bool waits_for_itself(const read_service& s, const by_name& services) {
  std::set<service_name> seen;
  std::vector<dependency> next = s.service.depends_on;
  while (!next.empty()) {
    const auto name = next.back().service;
    next.pop_back();
    if (name == s.service.name)
      return true;
    if (!seen.insert(name).second)
      continue;
    const auto& more = services.at(name)->service.depends_on;
    next.insert(next.end(), more.begin(), more.end());
  }
  return false;
}

} // namespace

std::vector<dependency> read_depends_on(const node& n) {
  std::vector<dependency> out;
  if (n.is(value::kind::map)) {
    for (auto& m : n.members())
      out.push_back(read_long_form(m.val, std::move(m.name)));
  } else {
    for (const auto& item : n.items())
      out.push_back({{item.text()}});
  }
  std::sort(
    out.begin(), out.end(), [](const auto& a, const auto& b) { return a.service < b.service; });
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

void add_dependency(std::vector<dependency>& to, const service_name& service) {
  const auto at = std::lower_bound(
    to.begin(), to.end(), service, [](const auto& d, const auto& s) { return d.service < s; });
  if (at == to.end() || at->service != service)
    to.insert(at, {service});
}

void check_dependencies(std::vector<read_service>& services) {
  by_name index;
  for (const auto& s : services)
    index.emplace(s.service.name, &s);
  for (auto& s : services) {
    std::erase_if(
      s.service.depends_on, [&](const dependency& on) { return is_unknown(s, on, index); });
    for (const auto& on : s.service.depends_on)
      check_condition(s, on, index.at(on.service)->service);
  }
  for (const auto& s : services) {
    if (!waits_for_itself(s, index))
      continue;
    s.place.reject("its dependencies lead back to itself, so it could never start; remove one of "
                   "the depends_on or network_mode entries in the circle");
    return;
  }
}

} // namespace copal::planning
