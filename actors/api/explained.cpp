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

/// Ours while they are taken, those of users whenever they stand.
value locks_in(const progress& now, const scope& of, const heard& from) {
  value::list_type out;
  for (const auto& lock : from.locks.value_or(std::vector<user_lock>{})) {
    if (of.holds(lock.app))
      out.push_back(lock_value(lock));
  }
  for (const auto& facts : now.locks) {
    if (!of.holds(facts.app))
      continue;
    if (!from.locks) {
      for (const auto& lock : facts.held)
        out.push_back(lock_value(lock));
    }
    if (!facts.taken)
      continue;
    auto own = value::map({{"appId", facts.app.value}, {"holder", "supervisor"}});
    if (facts.since != wall_time{})
      own.set("since", iso_time(facts.since));
    out.push_back(std::move(own));
  }
  return value{std::move(out)};
}

void add_image(const planning::explanation& x, value& out) {
  if (x.bytes_to_fetch)
    out.set("bytesToFetch", *x.bytes_to_fetch);
  if (x.percent)
    out.set("downloadProgress", *x.percent);
  if (x.shortage) {
    out.set("bytesNeeded", x.shortage->needed);
    out.set("bytesFree", x.shortage->free);
    out.set("bytesKeptFree", x.shortage->margin);
  }
}

/// What of a reason is told only where there is something to tell.
void add_details(const planning::explanation& x, value& out) {
  if (x.tries > 0) {
    out.set("tries", x.tries);
    out.set("attempts", attempts_value(x.attempts));
  }
  if (!x.locks.empty())
    out.set("locks", lock_values(x.locks));
  if (x.next_try)
    out.set("nextTry", iso_time(*x.next_try));
  add_image(x, out);
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
  add_details(x, out);
  return out;
}

/// What the device as a whole does may be for another app, as may a reboot that failed: its words
/// are for those who see all.
value other_value(const planning::explanation& x, const scope& of) {
  using planning::obstacle;
  const auto names_others =
    x.why == obstacle::under_way || (x.why == obstacle::back_off && x.subject == "reboot");
  const auto is_hidden = of.only && x.app == app_id{} && names_others;
  auto out = value::map({
    {"subject", x.subject},
    {"waitsFor", std::string{planning::name_of(x.why)}},
    {"reason", is_hidden ? x.subject : x.reason},
  });
  if (x.app != app_id{}) {
    out.set("appId", x.app.value);
    out.set("appName", x.app_name);
  }
  add_details(x, out);
  return out;
}

value text_list(const std::vector<std::string>& texts) {
  value::list_type out;
  for (const auto& text : texts)
    out.emplace_back(text);
  return value{std::move(out)};
}

value source_value(const target_source_state& source) {
  auto out = value::map({
    {"path", source.path},
    {"project", source.project},
    {"refused", source.refused},
    {"warnings", text_list(source.warnings)},
  });
  if (source.accepted)
    out.set("accepted", iso_time(*source.accepted));
  if (!source.commit.empty())
    out.set("commit", source.commit.value);
  if (!source.problem.empty())
    out.set("problem", source.problem);
  return out;
}

/// The newest target is what the file holds, where there is one.
std::string problem_in(const progress& now, const heard& from) {
  const auto of_file = from.source ? from.source->problem : std::string{};
  return of_file + (of_file.empty() || now.problem.empty() ? "" : "\n") + now.problem;
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

value::map_type explained(const progress& now, const scope& of, const heard& from) {
  const auto explanations = planning::explain(now);
  value::list_type services;
  for (const auto& x : explanations) {
    if (of.holds(x.app))
      services.push_back(service_value(x));
  }
  value::list_type others;
  for (const auto& x : planning::explain_others(now, explanations)) {
    if (x.app == app_id{} || of.holds(x.app))
      others.push_back(other_value(x, of));
  }
  value::list_type troubles;
  for (const auto& x : planning::find_troubles(now)) {
    if (of.holds(x.who.app))
      troubles.push_back(trouble_value(x));
  }
  value::map_type out{{"settled", now.settled},
    {"services", value{std::move(services)}},
    {"others", value{std::move(others)}},
    {"troubles", value{std::move(troubles)}},
    {"locks", locks_in(now, of, from)}};
  if (of.only)
    return out;
  if (auto problem = problem_in(now, from); !problem.empty())
    out.push_back({"problem", std::move(problem)});
  if (from.source)
    out.push_back({"source", source_value(*from.source)});
  out.push_back({"warnings", text_list(now.warnings)});
  return out;
}

} // namespace copal::api
