// Update locks: when they are taken, and when given back. Source: spec/device-api.md §7.

#include "actors/planning/plan/plan_locks.hpp"

#include <algorithm>
#include <chrono>
#include <string>

namespace copal::planning {

namespace {

using namespace std::chrono_literals;

std::string padded(unsigned number, std::size_t width) {
  auto digits = std::to_string(number);
  return digits.size() < width ? std::string(width - digits.size(), '0') + digits : digits;
}

/// "2024-05-06 07:08:09 UTC"
std::string to_text(wall_time at) {
  using namespace std::chrono;
  const auto day = floor<days>(at);
  const year_month_day date{sys_days{day.time_since_epoch()}};
  const auto seconds = static_cast<unsigned>(floor<std::chrono::seconds>(at - day).count());
  return std::to_string(static_cast<int>(date.year())) + '-'
         + padded(static_cast<unsigned>(date.month()), 2) + '-'
         + padded(static_cast<unsigned>(date.day()), 2) + ' ' + padded(seconds / 3600, 2) + ':'
         + padded(seconds / 60 % 60, 2) + ':' + padded(seconds % 60, 2) + " UTC";
}

/// The largest unit alone, rounded down: "500ms", "1s", "2m", "1h".
std::string compact(std::chrono::milliseconds time) {
  using namespace std::chrono;
  if (time < 1s)
    return std::to_string(time.count()) + "ms";
  if (time < 1min)
    return std::to_string(floor<seconds>(time).count()) + 's';
  if (time < 1h)
    return std::to_string(floor<minutes>(time).count()) + 'm';
  return std::to_string(floor<hours>(time).count()) + 'h';
}

/// Fetching and recording touch nothing that runs.
bool needs_no_lock(const step& one) {
  return std::holds_alternative<fetch_image>(one.action)
         || std::holds_alternative<save_image>(one.action)
         || std::holds_alternative<remove_image>(one.action)
         || std::holds_alternative<record_commit>(one.action);
}

/// A step under way that may need the locks of the app; of networks and volumes it is not told
/// whose they are.
bool may_touch(const std::string& subject, app_id app) {
  const auto id = to_string(app);
  return subject.starts_with("service:" + id + '/') || subject == "locks:" + id
         || subject.starts_with("network:") || subject.starts_with("volume:");
}

bool is_touched(const situation& s, const plan& made, app_id app) {
  if (s.unsure.contains(app))
    return true;
  const auto touches = [app](const std::string& subject) { return may_touch(subject, app); };
  return std::any_of(s.busy.begin(), s.busy.end(), touches)
         || std::any_of(s.engine.busy.begin(), s.engine.busy.end(), touches)
         || std::any_of(made.steps.begin(), made.steps.end(), [app](const step& one) {
              return one.app == app && !needs_no_lock(one);
            });
}

} // namespace

bool overrides_locks(const device_target& target) {
  for (const auto* name : {"SUPERVISOR_OVERRIDE_LOCK", "OVERRIDE_LOCK"}) {
    for (const auto* prefix : {"BALENA_", "RESIN_", ""}) {
      const auto it = target.config.find(std::string{prefix} + name);
      if (it == target.config.end())
        continue;
      const auto& text = it->second;
      return text == "1" || text == "true" || text == "on";
    }
  }
  return false;
}

bool is_forced(const situation& s, app_id app) {
  return s.force && !s.force_over.contains(app);
}

bool are_in_use(const situation& s, app_id app) {
  const auto known = s.locks.find(app);
  if (known == s.locks.end() || (!known->second.taken && !known->second.left_over))
    return false;
  const auto on_service = [prefix = "service:" + to_string(app) + '/'](
                            const std::string& subject) { return subject.starts_with(prefix); };
  return (known->second.taken && s.unsure.contains(app))
         || std::any_of(s.busy.begin(), s.busy.end(), on_service)
         || std::any_of(s.engine.busy.begin(), s.engine.busy.end(), on_service);
}

lock_pass lock_pass_of(const situation& s, app_id app, const std::vector<service_name>& services) {
  lock_pass out;
  out.force = s.asked.forced.contains(app) || overrides_locks(s.target)
              || (is_forced(s, app) && !s.asked.patient.contains(app));
  const auto known = s.locks.find(app);
  if (known == s.locks.end())
    return out;
  const auto& facts = known->second;
  out.taken = facts.taken
              && std::all_of(services.begin(), services.end(), [&facts](const service_name& name) {
                   return facts.services.contains(name);
                 });
  // What a take by force has left cannot be deleted.
  if (!out.taken && !facts.held.empty() && (!out.force || s.force_vain.contains(app)))
    out.in_the_way = &facts.held.front();
  return out;
}

wait_reason wait_for(const user_lock& lock, bool forced) {
  auto text = lock.service.value + " holds the update lock " + lock.path + " (of user "
              + std::to_string(lock.owner);
  if (lock.since != wall_time{})
    text += ", since " + to_text(lock.since);
  text += forced ? "), which cannot be deleted" : ")";
  return {wait_reason::kind::lock, lock.app, "locks:" + to_string(lock.app), std::move(text)};
}

std::string lock_text(const user_lock& lock) {
  return "Lockfile exists for { appId: " + to_string(lock.app) + ", service: " + lock.service.value
         + " }";
}

std::string locked_text(const lock_facts& facts) {
  auto out = "Updates are locked, retrying in " + compact(facts.pause) + ". Reason: ";
  for (const auto& lock : facts.held)
    out += (&lock == &facts.held.front() ? "" : ", ") + lock_text(lock);
  return out;
}

namespace {

/// All locks are being taken for a reboot, or it is being done.
bool is_rebooting(const plan& made) {
  return std::any_of(made.steps.begin(), made.steps.end(), [](const step& one) {
    return std::holds_alternative<reboot_device>(one.action);
  }) || std::any_of(made.waits.begin(), made.waits.end(), [](const wait_reason& w) {
    return w.why == wait_reason::kind::in_progress && w.app == app_id{} && w.subject == "reboot";
  });
}

} // namespace

void add_releases(const situation& s, plan& made) {
  // Of a stop that an earlier run began nothing is known before the engine shows itself.
  if (!s.engine.complete || is_rebooting(made))
    return;
  for (const auto& [app, facts] : s.locks) {
    if (!facts.taken && !facts.left_over)
      continue;
    if (is_touched(s, made, app))
      continue;
    step one{app, release_locks{}, "nothing is stopped any more"};
    const auto failed = s.failures.find(subject_of(one));
    if (failed == s.failures.end() || !failed->second.waiting)
      made.steps.push_back(std::move(one));
    else
      made.waits.push_back({wait_reason::kind::back_off,
        app,
        subject_of(one),
        to_string(one) + ": " + to_string(failed->second.last)});
  }
}

} // namespace copal::planning
