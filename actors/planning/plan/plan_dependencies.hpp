#pragma once

#include "actors/planning/plan/plan_parts.hpp"

#include <string>

/// What services wait for with their start, and what that means for those that run already.
namespace copal::planning {

/// Which service a pair waits for and why, like "after db" or "when db is healthy: it is unhealthy,
/// 3 checks failed in a row"; empty when it waits for none. A dependency that is kept stopped is
/// not waited for, nor one that has failed and is not required.
std::string dependency_obstacle(
  const situation& s, const app_standing& app, const service_pair& pair, const plan_builder& out);

/// The same, of dependencies that stay as they are: the pair's container, which would be given up
/// for one that could not be started, is kept until they are as its service asks for. Empty also
/// when its container does not run, unless it would be started again and had come up before.
std::string replacement_obstacle(
  const situation& s, const app_standing& app, const service_pair& pair, const plan_builder& out);

/// The dependency that was made anew since the pair's running container was started, and that its
/// service asks to be restarted with; empty when there is none. Where the engine's clock has gone
/// back since, nothing can be said, and there is none.
std::string remade_dependency(const app_standing& app, const service_pair& pair);

/// The first network or volume of a container that is going away; empty when none is.
std::string leaving_part(const app_standing& app, const container_config& config);

} // namespace copal::planning
