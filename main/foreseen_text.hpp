#pragma once

#include "actors/planning/foresee/foresee.hpp"
#include "messages/model/value.hpp"

#include <string>
#include <vector>

namespace copal {

/// What `copal plan` has found.
struct foreseen {
  planning::foresight ahead;
  device_target target;
  std::vector<std::string> warnings; ///< What of the target is not followed.
};

/// Nothing is to be done, and nothing is waited for.
bool is_at_target(const foreseen& what);

/// The plan for people: a line for each step, the reasons below it, then what it means. Ends with a
/// line break; long values are cut.
std::string foreseen_text(const foreseen& what);

/// The same for programs.
value foreseen_json(const foreseen& what);

} // namespace copal
