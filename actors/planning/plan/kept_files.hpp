#pragma once

#include "messages/model/container.hpp"
#include "messages/model/target.hpp"

#include <string>
#include <vector>

/// Which files of services are to be on the machine.
namespace copal::planning {

/// The files of one service of the target; none for a service that it does not have.
std::vector<service_file> files_of(
  const device_target& target, app_id app, const service_name& service);

/// Adds the files of an app of the target that a container mounts from below `root`: it may be of
/// another release than the target's, which has some of its files as well.
void add_mounted_files(const device_target& target,
  app_id app,
  const container_config& config,
  const std::string& root,
  std::vector<service_file>& files);

/// The target as it may be told to everybody: without what is in the files. They may be large, and
/// nobody else needs them.
device_target without_contents(device_target target);

/// The names of all files that the target has or that a container mounts from below `root`. Sorted,
/// each once.
std::vector<std::string> kept_files(
  const device_target& target, const engine_view& engine, const std::string& root);

} // namespace copal::planning
