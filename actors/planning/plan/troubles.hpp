#pragma once

#include "messages/update.hpp"

#include <string>
#include <vector>

/// What goes wrong in containers, whether or not they are as the target wants them. Pure.
namespace copal::planning {

struct trouble {
  container_identity who;
  container what;
  std::uint64_t memory_kills = 0;
  std::string text; ///< "unhealthy, 3 checks failed in a row; restarted 4 times"

  bool operator==(const trouble&) const = default;
};

/// The containers that are unhealthy, were restarted by the engine, ended with an error or lost a
/// process for lack of memory; by app and service. One that is kept stopped has none.
std::vector<trouble> find_troubles(const progress& now);

/// "exited with code 137, out of memory"
std::string ending_of(const container& c);

/// "1 check failed in a row"
std::string failed_checks_of(const container& c);

} // namespace copal::planning
