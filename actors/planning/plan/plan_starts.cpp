#include "actors/planning/plan/plan_starts.hpp"

#include "actors/planning/labels.hpp"
#include "actors/planning/normalise/features.hpp"
#include "actors/planning/plan/plan_dependencies.hpp"

#include <algorithm>

namespace copal::planning {

std::string start_obstacle(
  const situation& s, const app_standing& app, const service_pair& pair, const plan_builder& out) {
  if (s.asked.emptied.contains(app.id))
    return "started when what there was of its app has gone";
  for (const auto& one : app.missing) {
    if (uses(pair.wanted, one))
      return "started when " + one.name + " is there";
  }
  for (const auto& volume : app.target->release->volumes) {
    // Its removal may be under way for a purge that has been given up.
    const auto own = volume_part(volume.engine_name);
    if (uses(pair.wanted, own) && out.is_busy(part_subject(own)))
      return "started when the step on " + own.name + " has ended";
  }
  if (const auto other = dependency_obstacle(s, app, pair, out); !other.empty())
    return "started " + other;
  return app.images_ready ? std::string{} : "started when all images of its release are there";
}

bool asks_for_reboot(const service_pair& pair) {
  return is_on(pair.wanted.labels, label::requires_reboot);
}

bool was_booted_since(const situation& s, const container& c) {
  if (!s.boot || s.boot->noted.contains(c.id))
    return false;
  // What is noted holds whatever the clock says.
  return s.boot->rebooted.contains(c.id) || c.created < s.boot->at;
}

bool is_half_removed(const situation& s, const container& c) {
  const auto it = s.half_removed.find(c.id);
  return it != s.half_removed.end() && it->second == c.started;
}

bool is_to_be_healed(const situation& s, const container& c) {
  // The engine could not bind the address: known to pass, for every policy.
  constexpr std::string_view address = "cannot assign requested address";
  if (c.engine_error.find("userland proxy") != std::string::npos
      && c.engine_error.ends_with(address))
    return true;
  switch (c.config.restart.mode) {
    case restart_mode::always:
      return true;
    case restart_mode::on_failure:
      return c.exit_code != 0;
    case restart_mode::unless_stopped:
      return !std::binary_search(
        s.engine.stopped_from_outside.begin(), s.engine.stopped_from_outside.end(), c.id);
    case restart_mode::no:
      return false;
  }
  return false;
}

std::string breakage(const situation& s, const service_pair& pair) {
  const auto& who = pair.current->who;
  const auto it = s.broken.find(pair.current->what.id);
  // A new one would only wait for a reboot, which most likely cures the old one.
  if (it == s.broken.end() || asks_for_reboot(pair))
    return {};
  // That somebody has started it is known of this container alone.
  const auto is_started =
    std::any_of(s.asked.holds.begin(), s.asked.holds.end(), [&who](const service_hold& hold) {
      return hold.app == who.app && hold.service == who.name && hold.running;
    });
  return is_started ? std::string{} : "it cannot be started any more: " + it->second;
}

std::string crash_text(const container& c) {
  auto out = "the engine restarts it; last exit code " + std::to_string(c.exit_code);
  if (c.oom_killed)
    out += ", out of memory";
  if (c.restart_count > 0)
    out += ", restarted " + std::to_string(c.restart_count)
           + (c.restart_count == 1 ? " time" : " times");
  return out;
}

} // namespace copal::planning
