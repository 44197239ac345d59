#include "actors/planning/plan/troubles.hpp"

#include "actors/planning/plan/requests.hpp"

#include <algorithm>
#include <tuple>

namespace copal::planning {

namespace {

bool is_kept_stopped(const device_target& target, const container_identity& who) {
  return std::any_of(target.apps.begin(), target.apps.end(), [&who](const target_app& app) {
    return app.id == who.app && app.release
           && std::any_of(app.release->services.begin(),
             app.release->services.end(),
             [&who](const target_service& s) { return s.name == who.name && !s.running; });
  });
}

std::string times(std::int64_t n) {
  return std::to_string(n) + (n == 1 ? " time" : " times");
}

std::string text_of(const supervised_container& c) {
  std::string out;
  const auto add = [&out](const std::string& text) { out += (out.empty() ? "" : "; ") + text; };
  const auto& what = c.what;
  if (what.state == container_state::running && what.health == health_state::unhealthy)
    add("unhealthy, " + failed_checks_of(what));
  if (what.restart_count > 0)
    add("restarted by the engine " + times(what.restart_count));
  const auto has_ended =
    what.state == container_state::exited || what.state == container_state::restarting;
  if (has_ended && what.exit_code != 0)
    add(ending_of(what));
  if (c.memory_kills > 0)
    add("lost a process for lack of memory " + times(static_cast<std::int64_t>(c.memory_kills)));
  return out;
}

} // namespace

std::string ending_of(const container& c) {
  return "exited with code " + std::to_string(c.exit_code)
         + (c.oom_killed ? ", out of memory" : "");
}

std::string failed_checks_of(const container& c) {
  return std::to_string(c.failed_checks) + (c.failed_checks == 1 ? " check" : " checks")
         + " failed in a row";
}

std::vector<trouble> find_troubles(const progress& now) {
  const auto target = as_held(now.target, now.holds);
  std::vector<trouble> out;
  for (const auto& c : now.engine.containers) {
    auto text = is_kept_stopped(target, c.who) ? std::string{} : text_of(c);
    if (!text.empty())
      out.push_back({c.who, c.what, c.memory_kills, std::move(text)});
  }
  std::sort(out.begin(), out.end(), [](const trouble& a, const trouble& b) {
    return std::tie(a.who.app, a.who.name, a.what.id) < std::tie(b.who.app, b.who.name, b.what.id);
  });
  return out;
}

} // namespace copal::planning
