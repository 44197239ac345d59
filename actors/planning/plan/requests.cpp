#include "actors/planning/plan/requests.hpp"

#include "actors/planning/host_services.hpp"
#include "actors/planning/identity.hpp"
#include "actors/planning/plan/plan_parts.hpp"
#include "actors/planning/plan/request_parts.hpp"
#include "actors/planning/plan/subjects.hpp"

#include <algorithm>

namespace copal::planning {

using requests::verb;

namespace request_parts {

const target_app* find_app(const device_target& target, app_id id) {
  const auto it = std::find_if(
    target.apps.begin(), target.apps.end(), [id](const target_app& app) { return app.id == id; });
  return it == target.apps.end() ? nullptr : &*it;
}

const target_service* find_service(const target_app& app, const service_name& name) {
  if (!app.release)
    return nullptr;
  const auto& all = app.release->services;
  const auto it = std::find_if(
    all.begin(), all.end(), [&name](const target_service& s) { return s.name == name; });
  return it == all.end() ? nullptr : &*it;
}

namespace {

bool is_of(const supervised_container& c, const target_app& app) {
  return c.who.app == app.id || (!app.uuid.empty() && c.who.uuid == app.uuid);
}

} // namespace

std::vector<const supervised_container*> containers_of(const situation& now, app_id id) {
  std::vector<const supervised_container*> out;
  const auto* app = find_app(now.target, id);
  for (const auto& c : now.engine.containers) {
    const auto of_app = app != nullptr ? is_of(c, *app) : c.who.app == id;
    if (of_app && !is_left_alone(c.who, c.what.config.labels, app))
      out.push_back(&c);
  }
  return out;
}

const supervised_container* container_of(
  const situation& now, app_id app, const service_name& service) {
  const supervised_container* newest = nullptr;
  for (const auto* c : containers_of(now, app)) {
    if (c->who.name == service && c->what.state != container_state::dead
        && (newest == nullptr || newest->what.created < c->what.created))
      newest = c;
  }
  return newest;
}

} // namespace request_parts

using namespace request_parts;

namespace {

const supervised_container* find_container(const engine_view& engine, const container_id& id) {
  const auto& all = engine.containers;
  const auto it = std::find_if(
    all.begin(), all.end(), [&id](const supervised_container& c) { return c.what.id == id; });
  return it == all.end() ? nullptr : &*it;
}

bool is_busy(const situation& now, const std::string& subject) {
  return now.busy.contains(subject)
         || std::binary_search(now.engine.busy.begin(), now.engine.busy.end(), subject);
}

result<errand> begin_on_service(
  const requests::perform& what, const target_app& app, const situation& now) {
  const auto* service = find_service(app, what.service);
  if (service == nullptr)
    return fail(errc::invalid_input, "Service does not exist in target release");
  const auto* c = container_of(now, what.app, what.service);
  if (c == nullptr)
    return fail(
      errc::invalid_input, "Service not found, a container must exist for this endpoint to work");
  errand out;
  out.what = what;
  out.container = c->what.id;
  if (what.what == verb::restart_service) {
    out.old.insert(c->what.id);
    return out;
  }
  out.hold = {what.app,
    what.service,
    what.what == verb::start_service,
    app.release->commit,
    c->what.id,
    c->what.started,
    now.boot ? now.boot->id : std::string{}};
  out.is_kept = out.hold.running != service->running;
  return out;
}

bool has_anything(const situation& now, const target_app& app) {
  const app_key key{app.id, app.uuid};
  const auto& e = now.engine;
  return !containers_of(now, app.id).empty()
         || std::any_of(e.networks.begin(),
           e.networks.end(),
           [&key](const engine_network& n) { return belongs_to(n, key); })
         || !volumes_to_purge(now, app.id).empty();
}

} // namespace

bool is_exclusive(const requests::perform& what) {
  return what.what == verb::restart_app || what.what == verb::purge_app;
}

result<errand> begin_errand(const requests::perform& what, const situation& now) {
  if (!now.engine.complete || !now.images.complete)
    return fail(errc::unavailable, "the engine is not there");
  const auto* app = find_app(now.target, what.app);
  if (app != nullptr && app->rejected)
    return fail(errc::unavailable,
      "the release of app " + to_string(what.app)
        + " cannot run on this device: " + app->rejected->why);
  if (app == nullptr || !app->release || !has_anything(now, *app))
    return fail(errc::invalid_input,
      "Application with ID " + to_string(what.app) + " is not in the current state");
  if (!is_exclusive(what))
    return begin_on_service(what, *app, now);
  errand out;
  out.what = what;
  out.emptying = what.what == verb::purge_app;
  for (const auto* c : containers_of(now, what.app))
    out.old.insert(c->what.id);
  return out;
}

bool is_in_force(const service_hold& hold, const situation& now, const std::string& boot_id) {
  const auto* app = find_app(now.target, hold.app);
  // Nothing of it is touched, so it is judged when it has a release again.
  if (app != nullptr && app->rejected)
    return true;
  if (app == nullptr || !app->release || app->release->commit != hold.commit
      || find_service(*app, hold.service) == nullptr)
    return false;
  if (!hold.boot_id.empty() && !boot_id.empty() && hold.boot_id != boot_id)
    return false;
  const auto* c = find_container(now.engine, hold.container);
  // What the engine does not show while it is away is not gone.
  if (c == nullptr)
    return !now.engine.complete;
  // The engine may start it again until it has been stopped.
  return hold.running || c->what.started == hold.started
         || is_busy(now, service_subject(hold.app, hold.service));
}

std::set<std::string> volumes_to_purge(const situation& now, app_id id) {
  std::set<std::string> out;
  const auto* app = find_app(now.target, id);
  if (app == nullptr)
    return out;
  const auto held = [&](const std::string& name) {
    return std::any_of(
      now.engine.containers.begin(), now.engine.containers.end(), [&](const auto& c) {
        return is_left_alone(c.who, c.what.config.labels, app)
               && uses(c.what.config, volume_part(name));
      });
  };
  for (const auto& v : now.engine.volumes) {
    const auto named = app->release
                       && std::any_of(app->release->volumes.begin(),
                         app->release->volumes.end(),
                         [&v](const target_volume& t) { return t.engine_name == v.name; });
    const auto ours = is_supervised(v.config.labels) && belongs_to(v, app_key{app->id, app->uuid});
    if ((named || ours) && !held(v.name))
      out.insert(v.name);
  }
  return out;
}

namespace {

void add_wishes_of(const errand& asked, const situation& now, wishes& out) {
  const auto app = asked.what.app;
  if (asked.what.force)
    out.forced.insert(app);
  else if (asked.what.what != verb::start_service)
    out.patient.insert(app);
  out.alone.insert(app);
  if (asked.what.what == verb::start_service)
    out.started.insert(asked.container);
  const auto reason = "a " + to_string(asked.what.what) + " was asked for";
  for (const auto* c : containers_of(now, app)) {
    // What a step under way made since has to go before its volumes can.
    if (!asked.emptying && !asked.old.contains(c->what.id))
      continue;
    out.replaced[c->what.id] = reason;
    if (is_exclusive(asked.what))
      out.emptied.insert(app);
  }
  if (asked.emptying) {
    out.emptied.insert(app);
    out.purged.insert(app);
  }
}

} // namespace

wishes wishes_of(const std::vector<service_hold>& holds,
  const std::vector<errand>& errands,
  const situation& now) {
  wishes out;
  const auto& boot = now.boot ? now.boot->id : std::string{};
  const auto is_asked_anew = [&errands](const service_hold& hold) {
    return std::any_of(errands.begin(), errands.end(), [&hold](const errand& e) {
      return e.what.app == hold.app && e.what.service == hold.service;
    });
  };
  for (const auto& hold : holds) {
    if (!is_asked_anew(hold) && is_in_force(hold, now, boot))
      out.holds.push_back(hold);
  }
  auto exclusive = false;
  for (const auto& asked : errands) {
    exclusive = exclusive || is_exclusive(asked.what);
    add_wishes_of(asked, now, out);
    if (asked.is_kept)
      out.holds.push_back(asked.hold);
  }
  if (!exclusive)
    out.alone.clear();
  return out;
}

namespace {

situation held(const situation& now) {
  auto out = now;
  out.target = as_held(std::move(out.target), now.asked.holds);
  return out;
}

void tell_of_holds(const wishes& asked, plan& made) {
  for (auto& one : made.steps) {
    const auto* stop = std::get_if<stop_container>(&one.action);
    if (stop == nullptr)
      continue;
    const auto by_hold =
      std::any_of(asked.holds.begin(), asked.holds.end(), [&](const service_hold& hold) {
        return hold.app == one.app && hold.service == stop->service && !hold.running;
      });
    if (by_hold)
      one.reason = "a stop was asked for";
  }
}

/// What is not of those apps waits. Nothing that the device shares is taken away meanwhile.
void keep_alone(const wishes& asked, plan& made) {
  const auto comes_first = [&asked](const step& one) {
    return asked.alone.contains(one.app)
           || (one.app == app_id{} && !std::holds_alternative<remove_image>(one.action));
  };
  for (const auto& one : made.steps) {
    if (!comes_first(one))
      made.waits.push_back({wait_reason::kind::request,
        one.app,
        subject_of(one),
        to_string(one) + " waits for what was asked of app " + to_string(*asked.alone.begin())});
  }
  std::erase_if(made.steps, [&](const step& one) { return !comes_first(one); });
}

} // namespace

device_target as_held(device_target target, const std::vector<service_hold>& holds) {
  for (auto& app : target.apps) {
    if (!app.release)
      continue;
    for (auto& service : app.release->services) {
      for (const auto& hold : holds) {
        if (hold.app == app.id && hold.service == service.name)
          service.running = hold.running;
      }
    }
  }
  return target;
}

plan plan_as_asked(const situation& now) {
  auto made = now.asked.holds.empty() ? make_plan(now) : make_plan(held(now));
  tell_of_holds(now.asked, made);
  if (!now.asked.alone.empty())
    keep_alone(now.asked, made);
  return made;
}

} // namespace copal::planning
