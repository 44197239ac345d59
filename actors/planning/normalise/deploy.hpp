#pragma once

#include "actors/planning/normalise/reading.hpp"
#include "messages/model/container_config.hpp"

namespace copal::planning {

/// Reads `deploy.resources` into `config`. What else stands in `deploy` is for a cluster. A limit
/// that `service` gives as well counts there, if the document is taken at all.
void read_deploy(const node& deploy, const node& service, container_config& config);

} // namespace copal::planning
