#pragma once

#include "messages/model/ids.hpp"

#include <string>

/// What steps and waits are about, where there is no step to ask: spelled as `subject_of` does.
namespace copal::planning {

std::string service_subject(app_id app, const service_name& name);
std::string image_subject(const std::string& name);

} // namespace copal::planning
