#pragma once

#include "messages/model/engine_feature.hpp"
#include "messages/model/target.hpp"

#include <string>
#include <vector>

namespace copal::planning {

/// What the target's services ask for and this engine, or the kernel below it, drops: one line for
/// each field, with its app, its service and the reason. In the order of the target.
std::vector<std::string> unhonoured(const device_target& target, const engine_features& lacks);

} // namespace copal::planning
