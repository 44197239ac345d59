#pragma once

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace copal::test {

/// Whether v19 would leave a container as it is: its comparison, as spec/state-engine.md §4 tells
/// it, on what it sends for a service and what an engine shows. The names of the fields in which
/// they differ. `create` is its body, `connects` the calls after it; `shared` is the id of the
/// container whose network is shared, when it is not the one in the body.
///
/// It is written from the specification and shown by the recordings: equal for each container that
/// v19 made once, different for those that it made again and again.
std::vector<std::string> v19_differences(const nlohmann::json& inspect,
  const nlohmann::json& create,
  const nlohmann::json& connects,
  const std::string& shared = {});

} // namespace copal::test
