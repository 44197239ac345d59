#include "actors/planning/plan/plan_keeping.hpp"

#include "actors/planning/plan/plan_ports.hpp"
#include "actors/planning/plan/plan_starts.hpp"

#include <algorithm>

namespace copal::planning {

bool is_in_release(const app_standing& app, const service_name& name) {
  return std::any_of(app.pairs.begin(), app.pairs.end(), [&name](const service_pair& pair) {
    return pair.target->name == name;
  });
}

bool is_of_release_before(const app_standing& app, const supervised_container& c) {
  return app.target != nullptr && app.target->release && !is_in_release(app, c.who.name)
         && std::none_of(app.surplus.begin(), app.surplus.end(), [&c](const auto* other) {
              return other->who.name == c.who.name && other->what.created > c.what.created;
            });
}

bool keep_up(const situation& s,
  const std::vector<app_standing>& apps,
  const app_standing& app,
  const supervised_container& c,
  plan_builder& out) {
  const auto& now = c.what;
  const auto half_removed = is_half_removed(s, now);
  // One that cannot be started, and cannot go: it is tried on.
  const auto never_up = now.state == container_state::created && s.broken.contains(now.id);
  const auto ended =
    now.state == container_state::exited && (half_removed || is_to_be_healed(s, now));
  if (!never_up && !ended)
    return false;
  const auto why = never_up       ? std::string{"it was never started"}
                   : half_removed ? std::string{"it was stopped to be removed"}
                                  : "it exited with code " + std::to_string(now.exit_code);
  const step start{app.id, start_container{now.id, c.who.name}, why + ", and is not replaced yet"};
  if (const auto obstacle = port_obstacle(s, apps, c); !obstacle.empty())
    out.wait({wait_reason::kind::port,
      app.id,
      subject_of(start),
      c.who.name.value + ": started " + obstacle});
  else
    out.add(start);
  return true;
}

void keep_up_all(const situation& s,
  const std::vector<app_standing>& apps,
  const app_standing& app,
  const std::vector<step>& held_up,
  plan_builder& out) {
  const auto is_meant = [&held_up](const container_id& id) {
    return std::any_of(held_up.begin(), held_up.end(), [&id](const step& one) {
      const auto* kill = std::get_if<kill_container>(&one.action);
      const auto* rename = std::get_if<rename_container>(&one.action);
      return (kill != nullptr && kill->id == id) || (rename != nullptr && rename->id == id);
    });
  };
  // Of those that are up nothing is to be told.
  for (const auto& pair : app.pairs) {
    if (pair.current != nullptr && pair.target->running && is_meant(pair.current->what.id))
      (void)keep_up(s, apps, app, *pair.current, out);
  }
  for (const auto* c : app.surplus) {
    if (is_of_release_before(app, *c) && is_meant(c->what.id))
      (void)keep_up(s, apps, app, *c, out);
  }
}

} // namespace copal::planning
