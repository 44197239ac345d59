#include "actors/api/explained.hpp"

#include "actors/api/status.hpp"
#include "actors/planning/plan/explain.hpp"
#include "actors/planning/plan/troubles.hpp"

#include <utility>

namespace copal::api {

namespace {

value attempts_value(const std::vector<attempt>& attempts) {
  value::list_type out;
  for (const auto& one : attempts)
    out.push_back(value::map({{"at", iso_time(one.at)}, {"error", one.why.what}}));
  return value{std::move(out)};
}

value lock_value(const user_lock& lock) {
  auto out = value::map({
    {"appId", lock.app.value},
    {"holder", "user"},
    {"serviceName", lock.service.value},
    {"path", lock.path},
    {"uid", static_cast<std::int64_t>(lock.owner)},
  });
  if (lock.since != wall_time{})
    out.set("since", iso_time(lock.since));
  return out;
}

value lock_values(const std::vector<user_lock>& held) {
  value::list_type out;
  for (const auto& lock : held)
    out.push_back(lock_value(lock));
  return value{std::move(out)};
}

value locks_in(const progress& now, const scope& of) {
  value::list_type out;
  for (const auto& facts : now.locks) {
    if (!of.holds(facts.app))
      continue;
    for (const auto& lock : facts.held)
      out.push_back(lock_value(lock));
    if (!facts.taken)
      continue;
    auto own = value::map({{"appId", facts.app.value}, {"holder", "supervisor"}});
    if (facts.since != wall_time{})
      own.set("since", iso_time(facts.since));
    out.push_back(std::move(own));
  }
  return value{std::move(out)};
}

value service_value(const planning::explanation& x) {
  auto out = value::map({
    {"appId", x.app.value},
    {"appName", x.app_name},
    {"differs", x.gap},
    {"waitsFor", std::string{planning::name_of(x.why)}},
    {"reason", x.reason},
  });
  if (!x.service.empty())
    out.set("serviceName", x.service.value);
  if (x.tries > 0) {
    out.set("tries", x.tries);
    out.set("attempts", attempts_value(x.attempts));
  }
  if (!x.locks.empty())
    out.set("locks", lock_values(x.locks));
  if (x.next_try)
    out.set("nextTry", iso_time(*x.next_try));
  return out;
}

value trouble_value(const planning::trouble& x) {
  auto out = value::map({
    {"appId", x.who.app.value},
    {"serviceName", x.who.name.value},
    {"containerId", x.what.id.value},
    {"state", to_string(x.what.state)},
    {"told", x.text},
    {"restarts", x.what.restart_count},
    {"exitCode", x.what.exit_code},
    {"outOfMemory", x.what.oom_killed},
    {"memoryKills", static_cast<std::int64_t>(x.memory_kills)},
  });
  if (x.what.health != health_state::none)
    out.set("health", to_string(x.what.health));
  return out;
}

} // namespace

value::map_type explained(const progress& now, const scope& of) {
  value::list_type services;
  for (const auto& x : planning::explain(now)) {
    if (of.holds(x.app))
      services.push_back(service_value(x));
  }
  value::list_type troubles;
  for (const auto& x : planning::find_troubles(now)) {
    if (of.holds(x.who.app))
      troubles.push_back(trouble_value(x));
  }
  value::map_type out{{"settled", now.settled},
    {"services", value{std::move(services)}},
    {"troubles", value{std::move(troubles)}},
    {"locks", locks_in(now, of)}};
  if (of.only)
    return out;
  if (!now.problem.empty())
    out.push_back({"problem", now.problem});
  value::list_type warnings;
  for (const auto& text : now.warnings)
    warnings.emplace_back(text);
  out.push_back({"warnings", value{std::move(warnings)}});
  return out;
}

} // namespace copal::api
