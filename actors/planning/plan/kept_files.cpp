#include "actors/planning/plan/kept_files.hpp"

#include <algorithm>
#include <set>

namespace copal::planning {

std::vector<service_file> files_of(
  const device_target& target, app_id app, const service_name& service) {
  for (const auto& one : target.apps) {
    if (one.id != app || !one.release)
      continue;
    for (const auto& s : one.release->services) {
      if (s.name == service)
        return s.files;
    }
  }
  return {};
}

void add_mounted_files(const device_target& target,
  app_id app,
  const container_config& config,
  const std::string& root,
  std::vector<service_file>& files) {
  const auto has = [&files](const service_file& x) {
    return std::any_of(
      files.begin(), files.end(), [&x](const service_file& y) { return y.name == x.name; });
  };
  const auto is_mounted = [&](const service_file& x) {
    return std::any_of(config.mounts.begin(), config.mounts.end(), [&](const mount& m) {
      return m.source == root + '/' + x.name;
    });
  };
  for (const auto& one : target.apps) {
    if (one.id != app || !one.release)
      continue;
    for (const auto& service : one.release->services) {
      for (const auto& file : service.files) {
        if (is_mounted(file) && !has(file))
          files.push_back(file);
      }
    }
  }
}

device_target without_contents(device_target target) {
  for (auto& app : target.apps) {
    if (!app.release)
      continue;
    for (auto& service : app.release->services) {
      for (auto& file : service.files)
        file.content = {};
    }
  }
  return target;
}

std::vector<std::string> kept_files(
  const device_target& target, const engine_view& engine, const std::string& root) {
  std::set<std::string> names;
  for (const auto& app : target.apps) {
    if (!app.release)
      continue;
    for (const auto& service : app.release->services) {
      for (const auto& file : service.files)
        names.insert(file.name);
    }
  }
  const auto folder = root + '/';
  for (const auto& c : engine.containers) {
    for (const auto& m : c.what.config.mounts) {
      if (m.source.starts_with(folder))
        names.insert(m.source.substr(folder.size()));
    }
  }
  return {names.begin(), names.end()};
}

} // namespace copal::planning
