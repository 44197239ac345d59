// What of the release before is on its way out.

#include "actors/planning/plan/plan_leaving.hpp"

#include "actors/planning/identity.hpp"
#include "actors/planning/plan/plan_keeping.hpp"
#include "actors/planning/plan/subjects.hpp"

#include <algorithm>

namespace copal::planning {

namespace {

bool is_of_other_release(const app_standing& app, const container_identity& who) {
  return app.target != nullptr && app.target->release && who.commit != app.target->release->commit;
}

bool is_going(const situation& s, const app_standing& app, const service_pair& pair) {
  const auto& now = pair.current->what;
  const auto uses_leaving = std::any_of(
    app.leaving.begin(), app.leaving.end(), [&now](const part& x) { return uses(now.config, x); });
  return !pair.differing.empty() || s.asked.replaced.contains(now.id) || uses_leaving;
}

const supervised_container* killed_by(const situation& s, const step& one) {
  const auto* kill = std::get_if<kill_container>(&one.action);
  if (kill == nullptr)
    return nullptr;
  const auto& all = s.engine.containers;
  const auto it =
    std::find_if(all.begin(), all.end(), [kill](const auto& c) { return c.what.id == kill->id; });
  return it == all.end() ? nullptr : &*it;
}

} // namespace

std::optional<service_name> leaving_service(const situation& s,
  const app_standing& app,
  const std::vector<step>& stopping,
  const plan_builder& made) {
  for (const auto& one : stopping) {
    const auto* c = killed_by(s, one);
    if (c != nullptr && is_of_other_release(app, c->who))
      return c->who.name;
  }
  const auto is_busy = [&](const service_name& name) {
    return made.is_busy(service_subject(app.id, name));
  };
  for (const auto& pair : app.pairs) {
    if (pair.current != nullptr && is_busy(pair.target->name)
        && is_of_other_release(app, pair.current->who) && is_going(s, app, pair)
        && pair.target->strategy != update_strategy::hand_over)
      return pair.target->name;
  }
  for (const auto* c : app.surplus) {
    if (is_busy(c->who.name) && is_of_other_release(app, c->who) && !is_retired(*c))
      return c->who.name;
  }
  return std::nullopt;
}

std::vector<step> may_run_on(const situation& s,
  const app_standing& app,
  const std::vector<step>& failed,
  const std::vector<step>& starting) {
  const auto is_followed = [&](const step& one) {
    const auto* c = killed_by(s, one);
    return c == nullptr || !is_in_release(app, c->who.name)
           || std::any_of(app.pairs.begin(), app.pairs.end(), [&](const auto& pair) {
                return pair.current != nullptr && !is_of_other_release(app, pair.current->who)
                       && pair.current->what.created > c->what.finished;
              });
  };
  const auto installs = std::any_of(starting.begin(), starting.end(), [](const step& one) {
    return std::holds_alternative<install_service>(one.action);
  });
  auto out = installs ? std::vector<step>{} : failed;
  std::erase_if(out, is_followed);
  return out;
}

void hold_installs(const situation& s,
  const app_standing& app,
  const std::vector<step>& stopping,
  std::vector<step>& starting,
  plan_builder& out) {
  const auto leaving = leaving_service(s, app, stopping, out);
  if (!leaving)
    return;
  std::erase_if(starting, [&](const step& one) {
    const auto* install = std::get_if<install_service>(&one.action);
    if (install == nullptr)
      return false;
    const auto& name = install->who.name.value;
    out.wait({wait_reason::kind::in_progress,
      app.id,
      subject_of(one),
      name + ": started when " + leaving->value + " of the release before has ended"});
    return true;
  });
}

} // namespace copal::planning
