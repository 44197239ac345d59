#include "actors/planning/plan/plan_reboot.hpp"

#include "actors/planning/host_services.hpp"
#include "actors/planning/plan/os_guard.hpp"
#include "actors/planning/plan/plan_locks.hpp"
#include "actors/planning/plan/subjects.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace copal::planning {

namespace {

using kind = wait_reason::kind;

constexpr const char* reboot_subject = "reboot";

/// The subjects of the services that start after a reboot, and of those that wait for such a one.
std::set<std::string> wait_for_reboot(const situation& s, const plan& made) {
  std::set<std::string> out;
  for (const auto& w : made.waits) {
    if (w.why == kind::reboot)
      out.insert(w.subject);
  }
  // A release has no circles, so that each round adds one at least.
  for (auto before = std::size_t{0}; before != out.size();) {
    before = out.size();
    for (const auto& app : s.target.apps) {
      if (!app.release)
        continue;
      for (const auto& service : app.release->services) {
        const auto& on = service.depends_on;
        if (std::any_of(on.begin(), on.end(), [&](const dependency& d) {
              return out.contains(service_subject(app.id, d.service));
            }))
          out.insert(service_subject(app.id, service.name));
      }
    }
  }
  return out;
}

/// Of the locks that are being taken, and of the reboot itself.
bool is_of_reboot(const std::string& subject) {
  return subject == reboot_subject || subject.starts_with("locks:");
}

bool is_anything_asked(const wishes& asked) {
  return !asked.replaced.empty() || !asked.started.empty() || !asked.emptied.empty()
         || !asked.purged.empty() || !asked.alone.empty();
}

/// Something is to be done, under way, or waits for something else than a reboot.
bool is_anything_left(const situation& s, const plan& made) {
  if (!made.steps.empty() || !s.engine.busy.empty() || !s.images.fetching.empty()
      || !s.unsure.empty() || is_anything_asked(s.asked))
    return true;
  if (!std::all_of(s.busy.begin(), s.busy.end(), is_of_reboot))
    return true;
  const auto waiting = wait_for_reboot(s, made);
  return std::any_of(made.waits.begin(), made.waits.end(), [&waiting](const wait_reason& w) {
    // A boot partition that cannot be written holds no reboot up.
    if (w.why == kind::reboot || is_left_to_engine(w.why) || w.subject == firmware_subject)
      return false;
    // What is under way is busy, see above: here only the old container stays for the new one.
    return !waiting.contains(w.subject)
           || (w.why != kind::dependency && w.why != kind::in_progress);
  });
}

const target_app* find_target(const std::vector<app_standing>& apps, app_id id) {
  const auto it =
    std::find_if(apps.begin(), apps.end(), [id](const app_standing& a) { return a.id == id; });
  return it == apps.end() ? nullptr : it->target;
}

/// The services of each app that there is something of; a release that cannot run here counts, too.
std::map<app_id, std::set<service_name>> services_there(
  const situation& s, const std::vector<app_standing>& apps) {
  std::map<app_id, std::set<service_name>> out;
  for (const auto& c : s.engine.containers) {
    const auto of = std::find_if(apps.begin(), apps.end(), [&c](const app_standing& a) {
      return a.id == c.who.app || (!a.uuid.empty() && a.uuid == c.who.uuid);
    });
    const auto id = of == apps.end() ? c.who.app : of->id;
    if (!is_left_alone(c.who, c.what.config.labels, find_target(apps, id)))
      out[id].insert(c.who.name);
  }
  return out;
}

/// All locks or none: true when all are ours. What they wait for is noted.
bool take_all_locks(const situation& s, const std::vector<app_standing>& apps, plan_builder& out) {
  std::vector<step> takes;
  auto held_up = false;
  for (const auto& [app, names] : services_there(s, apps)) {
    const std::vector<service_name> services{names.begin(), names.end()};
    const auto pass = lock_pass_of(s, app, services);
    if (pass.in_the_way != nullptr)
      out.wait(wait_for(*pass.in_the_way, pass.force));
    held_up = held_up || pass.in_the_way != nullptr;
    if (!pass.taken && pass.in_the_way == nullptr)
      takes.push_back({app, take_locks{services, pass.force}, "before the device is rebooted"});
  }
  for (const auto& one : takes) // One that has failed is tried again with all the others.
    held_up = (!out.is_busy(subject_of(one)) && out.hold(one)) || held_up;
  if (held_up || takes.empty())
    return !held_up;
  for (auto& one : takes)
    out.add(std::move(one));
  out.wait({kind::in_progress, {}, reboot_subject, "rebooted when all update locks are ours"});
  return false;
}

/// For whom, for people.
std::string reason_of(const situation& s, const plan& made) {
  for (const auto& app : s.target.apps) {
    if (!app.release)
      continue;
    for (const auto& service : app.release->services) {
      const auto subject = service_subject(app.id, service.name);
      if (std::any_of(made.waits.begin(), made.waits.end(), [&subject](const wait_reason& w) {
            return w.why == kind::reboot && w.subject == subject;
          }))
        return service.name.value + " is started after it";
    }
  }
  return "it was required";
}

} // namespace

result<void> may_reboot(const situation& s) {
  if (s.reboot.lately)
    return fail(errc::conflict, "the device was booted only a moment ago");
  if (!s.reboot.host)
    return fail(errc::conflict, "whether the host lets it be rebooted is not known yet");
  const auto& apps = s.target.apps;
  const auto forced =
    std::any_of(apps.begin(), apps.end(), [&s](const auto& app) { return is_forced(s, app.id); });
  return may_go_down(*s.reboot.host, forced);
}

void plan_reboot(const situation& s, const std::vector<app_standing>& apps, plan_builder& out) {
  if (!s.boot || !s.boot->reboot || !s.reboot.possible || is_anything_left(s, out.so_far()))
    return;
  if (const auto allowed = may_reboot(s); !allowed)
    return out.wait({kind::reboot, {}, reboot_subject, "rebooted later: " + allowed.error().what});
  step one{{}, reboot_device{}, reason_of(s, out.so_far())};
  if (!out.hold(one) && take_all_locks(s, apps, out))
    out.add(std::move(one));
}

} // namespace copal::planning
