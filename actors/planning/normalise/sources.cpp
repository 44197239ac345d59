#include "actors/planning/normalise/sources.hpp"

#include <algorithm>

namespace copal::planning {

device_target in_local_mode(device_target local, const device_target& cloud) {
  auto& apps = local.apps;
  for (const auto& app : cloud.apps) {
    const auto is_it = [&app](const target_app& other) {
      return other.id == app.id || (!app.uuid.empty() && other.uuid == app.uuid);
    };
    if (app.kind != app_class::fleet && std::none_of(apps.begin(), apps.end(), is_it))
      apps.push_back(app);
  }
  std::sort(apps.begin(), apps.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
  local.keeps_volumes = true;
  return local;
}

} // namespace copal::planning
