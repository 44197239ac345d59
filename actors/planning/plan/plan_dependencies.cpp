#include "actors/planning/plan/plan_dependencies.hpp"

#include "actors/planning/plan/healing.hpp"
#include "actors/planning/plan/plan_starts.hpp"
#include "actors/planning/plan/remaking.hpp"
#include "actors/planning/plan/troubles.hpp"

#include <algorithm>

namespace copal::planning {

namespace {

const service_pair* find_pair(const app_standing& app, const service_name& name) {
  const auto it = std::find_if(app.pairs.begin(), app.pairs.end(), [&](const service_pair& p) {
    return p.target->name == name;
  });
  return it == app.pairs.end() ? nullptr : &*it;
}

/// What is to be said of a dependency.
struct verdict {
  bool holds = false;
  bool failed = false; ///< It will not be as asked for by itself.
  std::string why;     ///< It does not hold; for people.
};

verdict met() {
  return {true, false, {}};
}
verdict pending(std::string why) {
  return {false, false, std::move(why)};
}
verdict failed(std::string why) {
  return {false, true, std::move(why)};
}

verdict judge_check(const container& c) {
  switch (c.health) {
    case health_state::healthy:
      return met();
    case health_state::none:
      return failed("neither it nor its image has a healthcheck");
    case health_state::unhealthy:
      return failed("it is unhealthy, " + failed_checks_of(c));
    case health_state::starting:
      break;
  }
  return pending(c.failed_checks == 0 ? "no check has succeeded yet"
                                      : "no check has succeeded yet, " + failed_checks_of(c));
}

verdict judge_healthy(const container& c) {
  switch (c.state) {
    case container_state::running:
      return judge_check(c);
    case container_state::restarting:
      return failed("it " + ending_of(c) + ", and the engine restarts it");
    case container_state::exited:
      return failed("it " + ending_of(c));
    default:
      return pending("it is " + to_string(c.state));
  }
}

verdict judge_completed(const container& c) {
  if (c.state == container_state::exited)
    return c.exit_code == 0 ? met() : failed("it " + ending_of(c));
  if (c.state == container_state::restarting)
    return failed("it " + ending_of(c) + ", and the engine restarts it");
  return pending("it has not ended yet");
}

verdict judge(dependency_condition condition, const container& c) {
  switch (condition) {
    case dependency_condition::started:
      return met();
    case dependency_condition::healthy:
      return judge_healthy(c);
    case dependency_condition::completed:
      return judge_completed(c);
  }
  return met();
}

class judgement {
public:
  judgement(const situation& s, const app_standing& app, const plan_builder& out)
    : s_(s),
      app_(app),
      out_(out) {}

  /// It is as the target wants it, and has been started once.
  [[nodiscard]] bool was_started(const service_pair& pair) const {
    return pair.current != nullptr && pair.differing.empty()
           && pair.current->what.state != container_state::created
           && pair.current->what.state != container_state::removing
           && leaving_part(app_, pair.current->what.config).empty()
           && !out_.is_busy(subject_of(pair));
  }

  [[nodiscard]] verdict of(const dependency& on, const service_pair& other) const {
    if (was_started(other))
      return judge(on.condition, other.current->what);
    const auto it = s_.failures.find(subject_of(other));
    // One that is to be made anew, after a pause, was started.
    if (it != s_.failures.end() && it->second.count > 0 && it->second.action != remake_action)
      return failed("it could not be started: " + it->second.last.what);
    return pending("it has not been started yet");
  }

private:
  [[nodiscard]] std::string subject_of(const service_pair& pair) const {
    return "service:" + to_string(app_.id) + '/' + pair.target->name.value;
  }

  const situation& s_;
  const app_standing& app_;
  const plan_builder& out_;
};

std::string told(const dependency& on, const verdict& found) {
  const auto& name = on.service.value;
  switch (on.condition) {
    case dependency_condition::started:
      return "after " + name;
    case dependency_condition::healthy:
      return "when " + name + " is healthy: " + found.why;
    case dependency_condition::completed:
      return "when " + name + " has completed: " + found.why;
  }
  return "after " + name;
}

bool holds_back(const dependency& on, const verdict& found) {
  return !found.holds && (on.required || !found.failed);
}

} // namespace

std::string leaving_part(const app_standing& app, const container_config& config) {
  const auto it = std::find_if(
    app.leaving.begin(), app.leaving.end(), [&config](const part& x) { return uses(config, x); });
  return it == app.leaving.end() ? std::string{} : it->name;
}

std::string dependency_obstacle(
  const situation& s, const app_standing& app, const service_pair& pair, const plan_builder& out) {
  const judgement judged{s, app, out};
  for (const auto& on : pair.target->depends_on) {
    const auto* other = find_pair(app, on.service);
    if (other == nullptr || !other->target->running)
      continue;
    if (const auto found = judged.of(on, *other); holds_back(on, found))
      return told(on, found);
  }
  return {};
}

namespace {

/// Its service is up, or is down only because the power, the engine or somebody ended it: one that
/// ends by itself soon after each start is no loss.
bool is_worth_keeping(const situation& s, const service_pair& pair) {
  const auto& c = pair.current->what;
  // Of one that went down with the machine it is not known when, or it ended before its start.
  const auto is_known = c.finished != wall_time{} && c.finished >= c.started;
  const auto ended_soon = is_known && c.finished - c.started < long_run;
  switch (c.state) {
    case container_state::running:
    case container_state::paused:
      return true;
    case container_state::exited:
      return pair.target->running && !ended_soon && is_to_be_healed(s, c);
    default:
      return false;
  }
}

} // namespace

std::string replacement_obstacle(
  const situation& s, const app_standing& app, const service_pair& pair, const plan_builder& out) {
  if (!is_worth_keeping(s, pair))
    return {};
  const judgement judged{s, app, out};
  for (const auto& on : pair.target->depends_on) {
    const auto* other = find_pair(app, on.service);
    if (other == nullptr || !other->target->running || !judged.was_started(*other))
      continue;
    if (const auto found = judged.of(on, *other); holds_back(on, found))
      return told(on, found);
  }
  return {};
}

std::string remade_dependency(const app_standing& app, const service_pair& pair) {
  const auto& now = pair.current->what;
  if (now.state != container_state::running || now.finished > now.started)
    return {};
  for (const auto& on : pair.target->depends_on) {
    const auto* other = on.restart ? find_pair(app, on.service) : nullptr;
    if (other == nullptr || other->current == nullptr || !other->target->running)
      continue;
    const auto& c = other->current->what;
    // One that was started before it was made, was so by another clock.
    if (c.created > now.started && c.started >= c.created)
      return on.service.value;
  }
  return {};
}

} // namespace copal::planning
