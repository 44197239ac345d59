// What happens inside containers: health, ends, lack of memory.

#include "actors/journal/narrate_containers.hpp"

#include "actors/planning/plan/troubles.hpp"

#include <algorithm>

namespace copal::journal_parts {

namespace {

using lines = std::vector<log_line>;

void tell_health(told_container& told, const supervised_container& c, lines& out) {
  const auto health = c.what.health;
  const auto before = std::exchange(told.health, health);
  if (before == health || c.what.state != container_state::running)
    return;
  const auto& name = c.who.name.value;
  if (health == health_state::unhealthy)
    out.push_back(
      {log_level::warning, name + " is unhealthy: " + planning::failed_checks_of(c.what)});
  else if (health == health_state::healthy && before == health_state::unhealthy)
    out.push_back({log_level::info, name + " is healthy again"});
  else if (health == health_state::healthy)
    out.push_back({log_level::info, name + " is healthy"});
}

/// Restarts are told at the 1st, 2nd, 4th, 8th ...: one that goes on for days does not fill the
/// log. While it runs, the engine does not show how it has ended.
void tell_restarts(told_container& told, const supervised_container& c, lines& out) {
  const auto count = c.what.restart_count;
  if (count < told.restarts_before + told.restarts) {
    // Somebody started it, and the engine counts anew.
    told.restarts = 0;
    told.restarts_before = 0;
  }
  const auto since = count - told.restarts_before;
  if (since == 0 || since < 2 * told.restarts)
    return;
  told.restarts = since;
  const auto has_ended =
    c.what.state == container_state::restarting || c.what.state == container_state::exited;
  out.push_back({log_level::warning,
    c.who.name.value + (has_ended ? ' ' + planning::ending_of(c.what) : " has ended")
      + "; the engine has restarted it " + std::to_string(count)
      + (count == 1 ? " time" : " times")});
}

void tell_end(told_container& told, const supervised_container& c, lines& out) {
  const auto& what = c.what;
  if (what.state != container_state::exited || what.finished == wall_time{}
      || std::exchange(told.ended, what.finished) == what.finished)
    return;
  out.push_back({what.exit_code == 0 ? log_level::info : log_level::warning,
    c.who.name.value + ' ' + planning::ending_of(what)});
}

/// As rarely as restarts.
void tell_memory(told_container& told, const supervised_container& c, lines& out) {
  const auto count = c.memory_kills;
  if (count == 0 || count < 2 * told.memory_kills)
    return;
  told.memory_kills = count;
  out.push_back({log_level::warning,
    "a process of " + c.who.name.value + " was killed for lack of memory, " + std::to_string(count)
      + (count == 1 ? " time" : " times") + " so far"});
}

/// Steps of ours end containers, too; what is being done to them is told already.
bool is_being_changed(const progress& now, const supervised_container& c) {
  return std::any_of(now.running.begin(), now.running.end(), [&c](const step& s) {
    const auto* stop = std::get_if<stop_container>(&s.action);
    const auto* kill = std::get_if<kill_container>(&s.action);
    return (stop != nullptr && stop->id == c.what.id) || (kill != nullptr && kill->id == c.what.id);
  });
}

} // namespace

void tell_containers(told_containers& told, const progress& now, std::vector<log_line>& out) {
  if (!now.engine.complete)
    return;
  std::map<container_id, told_container> still;
  for (const auto& c : now.engine.containers) {
    auto& one = still[c.what.id];
    if (const auto it = told.all.find(c.what.id); it != told.all.end()) {
      one = it->second;
    } else if (!told.begun) {
      one.ended = c.what.finished;
      one.restarts_before = c.what.restart_count;
    }
    if (is_being_changed(now, c))
      one.ended = c.what.finished;
    tell_memory(one, c, out);
    tell_restarts(one, c, out);
    tell_end(one, c, out);
    tell_health(one, c, out);
  }
  told = {std::move(still), true};
}

} // namespace copal::journal_parts
