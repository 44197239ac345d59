#include "actors/planning/normalise/api_keys.hpp"

#include "actors/planning/normalise/features.hpp"

#include <algorithm>

namespace copal::planning {

namespace {

secret carried_key(const engine_view& engine, app_id app, const service_name& service) {
  const container* newest = nullptr;
  for (const auto& c : engine.containers) {
    if (c.who.app == app && c.who.name == service
        && (newest == nullptr || newest->created < c.what.created))
      newest = &c.what;
  }
  if (newest == nullptr)
    return {};
  for (const auto* name : {"BALENA_SUPERVISOR_API_KEY", "RESIN_SUPERVISOR_API_KEY"}) {
    if (const auto it = newest->config.env.find(name);
        it != newest->config.env.end() && !it->second.empty())
      return it->second;
  }
  return {};
}

} // namespace

std::vector<keys::wanted_key> missing_keys(const device_target& target,
  const std::vector<service_key_fact>& known,
  const engine_view& engine) {
  std::vector<keys::wanted_key> out;
  for (const auto& app : target.apps) {
    if (!app.release)
      continue;
    for (const auto& service : app.release->services) {
      const auto is_known = [&](const service_key_fact& x) {
        return x.app == app.id && x.service == service.name;
      };
      if (uses_supervisor_api(service) && std::none_of(known.begin(), known.end(), is_known))
        out.push_back({app.id, service.name, carried_key(engine, app.id, service.name)});
    }
  }
  return out;
}

} // namespace copal::planning
