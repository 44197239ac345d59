#pragma once

#include "actors/planning/plan/plan_parts.hpp"

#include <chrono>
#include <string>

/// The hand-over of a service from its old container to its new one: both run until the new one
/// says that it has taken over, or has had its time. Source: spec/state-engine.md §5.3.
namespace copal::planning {

/// The container that hands over to the pair's present one; null when there is none.
const supervised_container* elder_of(const app_standing& app, const service_pair& pair);

/// How long the new container has, by its label; a label that is no positive number of
/// milliseconds does not count.
std::chrono::milliseconds handover_timeout(const label_map& labels);

/// What of the old container the new one would need for itself, for people: "both publish the
/// host's port 80/tcp"; empty: they can run side by side.
std::string handover_obstacle(const container_config& old, const container_config& young);

/// What becomes of the old container.
struct elder_fate {
  enum class kind {
    waits,   ///< Nothing for now.
    awaits,  ///< The new one is to say that it has taken over.
    goes,    ///< It may be stopped: no lock forbids it.
    is_ended ///< It is replaced as if there were no hand-over, by the rules of locks.
  };
  kind what = kind::waits;
  std::string reason;
};

/// Of the two containers of a hand-over. `leaving`: a network or volume of the old one's that goes,
/// or empty.
elder_fate fate_of_elder(const situation& s,
  const supervised_container& elder,
  const service_pair& pair,
  const std::string& leaving);

} // namespace copal::planning
