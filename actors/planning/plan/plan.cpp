#include "actors/planning/plan/plan.hpp"

#include "actors/planning/plan/plan_parts.hpp"
#include "actors/planning/plan/plan_reboot.hpp"

#include <algorithm>

namespace copal::planning {

bool plan_builder::is_busy(const std::string& subject) const {
  return s_.busy.contains(subject)
         || std::binary_search(s_.engine.busy.begin(), s_.engine.busy.end(), subject);
}

namespace {

/// The pause after a failed start of a container is none for what replaces that container, and that
/// after a failed removal none for a start of what may have been stopped for it.
bool holds_back(const step_failure& failure, const step& one) {
  if (!failure.waiting)
    return false;
  const auto* start = std::get_if<start_container>(&one.action);
  if (start != nullptr && failure.action == name_of(kill_container{}))
    return false;
  return failure.about.empty() || (start != nullptr && start->id == failure.about);
}

} // namespace

bool plan_builder::hold(const step& one) {
  auto subject = subject_of(one);
  const auto in_this_plan = std::any_of(plan_.steps.begin(), plan_.steps.end(), [&](const step& x) {
    return subject_of(x) == subject;
  });
  if (in_this_plan || is_busy(subject)) {
    wait({wait_reason::kind::in_progress, one.app, std::move(subject), to_string(one)});
    return true;
  }
  if (const auto it = s_.failures.find(subject);
      it != s_.failures.end() && holds_back(it->second, one)) {
    wait({wait_reason::kind::back_off,
      one.app,
      std::move(subject),
      to_string(one) + ": " + to_string(it->second.last)});
    return true;
  }
  return false;
}

void plan_builder::add(step one) {
  if (!hold(one))
    plan_.steps.push_back(std::move(one));
}

void plan_builder::wait(wait_reason why) {
  if (std::find(plan_.waits.begin(), plan_.waits.end(), why) == plan_.waits.end())
    plan_.waits.push_back(std::move(why));
}

bool plan_builder::quiet(app_id app) const {
  const auto of_app = [app](const step& x) { return x.app == app; };
  // A container that the engine keeps restarting has been started: its release is complete.
  const auto holds_up = [app](const wait_reason& w) {
    return w.app == app && !is_left_to_engine(w.why);
  };
  return std::none_of(plan_.steps.begin(), plan_.steps.end(), of_app)
         && std::none_of(plan_.waits.begin(), plan_.waits.end(), holds_up);
}

namespace {

/// An app with nothing left to do runs its release in full.
void plan_commit(const situation& s, const app_standing& app, plan_builder& out) {
  if (!out.quiet(app.id))
    return;
  const auto stored = s.commits.find(app.id);
  const auto has = stored == s.commits.end() ? commit_id{} : stored->second;
  const auto wanted =
    app.target != nullptr && app.target->release ? app.target->release->commit : commit_id{};
  if (has != wanted)
    out.add({app.id, record_commit{wanted}, wanted.empty() ? "no release" : "release complete"});
}

/// Apps of which only the stored commit is left.
void forget_commits(const situation& s, const std::vector<app_standing>& apps, plan_builder& out) {
  for (const auto& [id, commit] : s.commits) {
    const auto known = std::any_of(
      apps.begin(), apps.end(), [id = id](const app_standing& a) { return a.id == id; });
    if (!known)
      out.add({id, record_commit{}, "the app is gone"});
  }
}

} // namespace

plan make_plan(const situation& s) {
  plan_builder out{s};
  if (!s.engine.complete || !s.images.complete) {
    out.wait({wait_reason::kind::engine_away,
      {},
      "engine",
      s.engine.complete ? "the record of images is not there" : "the engine is not there"});
    return std::move(out).take();
  }
  const auto apps = stand_apps(s);
  plan_system(s, apps, out);
  for (const auto& app : apps) {
    if (is_rejected(app))
      continue;
    plan_fetches(s, apps, app, out);
    plan_services(s, apps, app, out);
    plan_components(s, app, out);
    tell_left_so(app, out);
    plan_commit(s, app, out);
  }
  forget_commits(s, apps, out);
  plan_removals(s, apps, out);
  plan_reboot(s, apps, out);
  return std::move(out).take();
}

} // namespace copal::planning
