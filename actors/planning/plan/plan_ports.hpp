#pragma once

#include "actors/planning/plan/plan_parts.hpp"

#include <string>
#include <vector>

/// Ports of the host, which one container at a time can have.
namespace copal::planning {

/// Why a service cannot have a port that it publishes, like "when port 80/tcp of the host is free:
/// web has it"; empty when nothing of ours is in its way. What is about to leave is waited for,
/// what stays is told; of another address of the same port only the engine can say whether it will
/// do.
std::string port_obstacle(
  const situation& s, const std::vector<app_standing>& apps, const service_pair& pair);

/// The same of the ports that a container has when it is started as it is.
std::string port_obstacle(
  const situation& s, const std::vector<app_standing>& apps, const supervised_container& own);

/// The same of a service, but only for what stays: who waits for that port waits for ever.
std::string lasting_port_obstacle(
  const situation& s, const std::vector<app_standing>& apps, const service_pair& pair);

/// A service that has no running container needs a port that this pair's container has.
bool is_in_the_way(const std::vector<app_standing>& apps, const service_pair& pair);

} // namespace copal::planning
