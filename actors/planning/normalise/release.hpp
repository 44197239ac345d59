#pragma once

#include "actors/planning/normalise/app_setting.hpp"
#include "actors/planning/normalise/reading.hpp"
#include "messages/model/target.hpp"

#include <string>
#include <vector>

/// What the two dialects share of reading a release.
namespace copal::planning {

/// `^[a-zA-Z0-9][a-zA-Z0-9_.-]*$`, at most 255 characters: names of services, networks, volumes.
/// Refuses others.
bool is_docker_name(const node& n, const std::string& name);

/// Reads the members `networks` and `volumes` of a release.
void read_components(const node& release, const app_setting& app, target_release& out);

/// A service as it was read and where it stood.
struct read_service {
  node place;
  target_service service;
};

/// Sorts the services into the release, adds the default network when there is none, and refuses
/// what could never start: unknown networks, a shared network of an unknown service, two mounts in
/// one place, services that wait for each other or publish the same port. Call after
/// `read_components`.
void assemble(const app_setting& app, std::vector<read_service> services, target_release& out);

} // namespace copal::planning
