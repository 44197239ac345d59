#include "actors/api/services.hpp"

#include "actors/api/replies.hpp"

#include <algorithm>
#include <array>
#include <map>

namespace copal::api {

namespace {

constexpr const char* no_app =
  "App not found: an app needs to be installed for this endpoint to work.\n"
  "\tIf you've recently moved this device from another app,\n"
  "\tplease push an app and wait for it to be installed first.";
constexpr const char* not_named =
  "serviceName or imageId parameters were not provided or the app is multi-container. Use the v2 "
  "service action endpoints.";
constexpr const char* no_service =
  "Service not found, a container must exist for this endpoint to work";
constexpr const char* not_in_target = "Service does not exist in target release";

/// The newest container of each service.
std::map<service_name, const supervised_container*> services_of(const progress& now, app_id app) {
  std::map<service_name, const supervised_container*> out;
  for (const auto& c : now.engine.containers) {
    if (c.who.app != app || c.what.state == container_state::dead)
      continue;
    auto& newest = out[c.who.name];
    if (newest == nullptr || newest->what.created < c.what.created)
      newest = &c;
  }
  return out;
}

bool is_in_target(const progress& now, app_id app, const service_name& service) {
  return std::any_of(now.target.apps.begin(), now.target.apps.end(), [&](const target_app& a) {
    return a.id == app && a.release
           && std::any_of(a.release->services.begin(),
             a.release->services.end(),
             [&service](const target_service& s) { return s.name == service; });
  });
}

/// More than one service, there or wanted: while an app is made anew not all containers are there,
/// and what is asked of one service must not be done to another.
bool has_several(const progress& now,
  app_id app,
  const std::map<service_name, const supervised_container*>& services) {
  if (services.size() > 1)
    return true;
  return std::any_of(now.target.apps.begin(), now.target.apps.end(), [app](const target_app& a) {
    return a.id == app && a.release && a.release->services.size() > 1;
  });
}

value environment_of(const container_config& config) {
  constexpr std::array<std::string_view, 4> secrets{
    "RESIN_SUPERVISOR_API_KEY", "RESIN_API_KEY", "BALENA_SUPERVISOR_API_KEY", "BALENA_API_KEY"};
  value::map_type out;
  for (const auto& [name, text] : config.env) {
    if (std::find(secrets.begin(), secrets.end(), name) == secrets.end())
      out.push_back({name, std::string{text.reveal()}});
  }
  return value{std::move(out)};
}

/// The reference that the container's image was fetched by.
std::string image_of(const progress& now, const supervised_container& c) {
  std::string of_other_release;
  for (const auto& row : now.images.rows) {
    if (row.app != c.who.app || row.used_by != c.who.name
        || row.engine_id.value != c.what.config.image)
      continue;
    if (row.commit == c.who.commit)
      return row.name;
    if (of_other_release.empty())
      of_other_release = row.name;
  }
  return of_other_release.empty() ? c.what.config.image : of_other_release;
}

} // namespace

std::variant<service_name, reply> choose_service(
  const progress& now, const service_wanted& wanted) {
  if (!wanted.image && wanted.name.empty())
    return text_reply(400, not_named);
  const auto services = services_of(now, wanted.app);
  if (services.empty())
    return text_reply(404, no_app);
  auto found = services.begin();
  if (has_several(now, wanted.app, services))
    found = std::find_if(services.begin(), services.end(), [&wanted](const auto& entry) {
      return entry.first.value == wanted.name || entry.second->who.image.value == wanted.image;
    });
  if (found == services.end())
    return text_reply(404, no_service);
  if (!is_in_target(now, wanted.app, found->first))
    return text_reply(404, not_in_target);
  return found->first;
}

std::variant<service_name, reply> only_service(const progress& now, app_id app) {
  const auto services = services_of(now, app);
  if (services.empty())
    return text_reply(400, no_app);
  if (has_several(now, app, services))
    return text_reply(400, not_named);
  const auto& name = services.begin()->first;
  if (!is_in_target(now, app, name))
    return text_reply(404, not_in_target);
  return name;
}

reply app_reply(const progress& now, app_id app) {
  const auto services = services_of(now, app);
  if (services.empty())
    return text_reply(400, "App not found");
  if (has_several(now, app, services))
    return text_reply(400, "Some v1 endpoints are only allowed on single-container apps");
  const auto& c = *services.begin()->second;
  auto out = value::map({{"appId", app.value}});
  if (const auto it = now.commits.find(app); it != now.commits.end())
    out.set("commit", it->second.value);
  out.set("containerId", c.what.id.value);
  out.set("env", environment_of(c.what.config));
  out.set("imageId", image_of(now, c));
  out.set("releaseId", c.who.release.value);
  return json_reply(200, std::move(out));
}

} // namespace copal::api
