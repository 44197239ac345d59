// When a request is done, or cannot be.

#include "actors/planning/plan/plan_parts.hpp"
#include "actors/planning/plan/request_parts.hpp"
#include "actors/planning/plan/requests.hpp"
#include "actors/planning/plan/subjects.hpp"

#include <algorithm>

namespace copal::planning {

using requests::verb;
using namespace request_parts;

bool is_emptied(const errand& asked, const situation& now) {
  const auto app = asked.what.app;
  const auto prefix = "service:" + to_string(app) + '/';
  const auto busy = [&prefix](const std::string& subject) { return subject.starts_with(prefix); };
  return now.engine.complete && containers_of(now, app).empty()
         && volumes_to_purge(now, app).empty()
         && std::none_of(now.busy.begin(), now.busy.end(), busy)
         && std::none_of(now.engine.busy.begin(), now.engine.busy.end(), busy);
}

namespace {

/// It neither keeps the app from its target nor changes what runs.
bool is_tidying(const step& one) {
  return std::holds_alternative<remove_image>(one.action)
         || std::holds_alternative<save_image>(one.action)
         || std::holds_alternative<record_commit>(one.action)
         || std::holds_alternative<release_locks>(one.action);
}

bool is_quiet(app_id app, const plan& made, const std::vector<step>& running) {
  const auto works = [app](const step& one) { return one.app == app && !is_tidying(one); };
  const auto waits = [app](const wait_reason& w) {
    const auto subject = [&w](const char* prefix) { return w.subject.starts_with(prefix); };
    return w.app == app && !is_left_to_engine(w.why) && w.why != wait_reason::kind::reboot
           && !subject("commit:");
  };
  return std::none_of(made.steps.begin(), made.steps.end(), works)
         && std::none_of(running.begin(), running.end(), works)
         && std::none_of(made.waits.begin(), made.waits.end(), waits);
}

bool is_being_stopped(const errand& asked, const std::vector<step>& running) {
  return std::any_of(running.begin(), running.end(), [&asked](const step& one) {
    const auto* stop = std::get_if<stop_container>(&one.action);
    return stop != nullptr && stop->id == asked.container;
  });
}

bool waits_for_reboot(const errand& asked, const plan& made) {
  const auto subject = service_subject(asked.what.app, asked.what.service);
  return std::any_of(made.waits.begin(), made.waits.end(), [&subject](const wait_reason& w) {
    return w.subject == subject && w.why == wait_reason::kind::reboot;
  });
}

bool is_done(
  const errand& asked, const situation& now, const plan& made, const std::vector<step>& running) {
  if (is_exclusive(asked.what)) {
    return !asked.emptying && is_quiet(asked.what.app, made, running)
           && std::none_of(now.engine.containers.begin(),
             now.engine.containers.end(),
             [&asked](const auto& c) { return asked.old.contains(c.what.id); });
  }
  if (asked.what.what == verb::stop_service && is_being_stopped(asked, running))
    return true;
  const auto subject = service_subject(asked.what.app, asked.what.service);
  const auto busy = std::any_of(running.begin(), running.end(), [&subject](const step& one) {
    return subject_of(one) == subject;
  });
  const auto* c = container_of(now, asked.what.app, asked.what.service);
  if (busy || c == nullptr)
    return false;
  switch (asked.what.what) {
    case verb::stop_service:
      return !is_up(c->what);
    case verb::start_service:
      // One that has ended since was started all the same.
      return is_up(c->what) || c->what.started != asked.hold.started;
    default: {
      const auto* app = find_app(now.target, asked.what.app);
      const auto* service = app == nullptr ? nullptr : find_service(*app, asked.what.service);
      const auto may_rest =
        service == nullptr || !service->running || waits_for_reboot(asked, made);
      return !asked.old.contains(c->what.id)
             && (may_rest || c->what.state != container_state::created);
    }
  }
}

/// The target may have changed since it began.
bool is_still_wanted(const errand& asked, const device_target& target) {
  const auto* app = find_app(target, asked.what.app);
  return app != nullptr && app->release
         && (is_exclusive(asked.what) || find_service(*app, asked.what.service) != nullptr);
}

/// The user's lock that keeps it from being done.
const user_lock* lock_against(const errand& asked, const situation& now, const plan& made) {
  if (asked.what.what == verb::start_service)
    return nullptr;
  const auto app = asked.what.app;
  if (asked.what.force && !now.force_vain.contains(app))
    return nullptr;
  const auto waits = std::any_of(made.waits.begin(), made.waits.end(), [app](const auto& w) {
    return w.app == app && w.why == wait_reason::kind::lock;
  });
  const auto known = now.locks.find(app);
  if (!waits || known == now.locks.end() || known->second.held.empty())
    return nullptr;
  return &known->second.held.front();
}

} // namespace

service_hold hold_of(const errand& asked, const situation& now, const requests::performed& done) {
  auto out = asked.hold;
  const auto& all = now.engine.containers;
  const auto c = std::find_if(all.begin(), all.end(), [&done](const supervised_container& x) {
    return x.what.id == done.container;
  });
  if (c != all.end()) {
    out.container = c->what.id;
    out.started = c->what.started;
  }
  return out;
}

bool is_part_of(const errand& asked, const step& s) {
  if (s.app != asked.what.app || is_tidying(s))
    return false;
  const auto subject = subject_of(s);
  return is_exclusive(asked.what) || subject == service_subject(asked.what.app, asked.what.service)
         || (asked.what.what != verb::start_service && subject.starts_with("locks:"));
}

std::optional<result<requests::performed>> judge(
  const errand& asked, const situation& now, const plan& made, const std::vector<step>& running) {
  if (!now.engine.complete)
    return std::nullopt;
  if (!is_still_wanted(asked, now.target))
    return fail(errc::unavailable, "the target has changed, and no longer has it");
  if (const auto* lock = lock_against(asked, now, made); lock != nullptr)
    return fail(errc::conflict,
      "Lockfile exists for { appId: " + to_string(lock->app) + ", service: " + lock->service.value
        + " }");
  if (asked.what.what == verb::start_service && waits_for_reboot(asked, made))
    return fail(errc::unavailable, "the device has to be rebooted before the service can start");
  if (!is_done(asked, now, made, running))
    return std::nullopt;
  const auto* c = container_of(now, asked.what.app, asked.what.service);
  return requests::performed{c == nullptr ? asked.container : c->what.id};
}

} // namespace copal::planning
