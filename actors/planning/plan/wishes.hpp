#pragma once

#include "messages/model/hold.hpp"

#include <map>
#include <set>
#include <string>
#include <vector>

namespace copal::planning {

/// What people asked for beside the target, as the planner sees it: made by `wishes_of`.
struct wishes {
  std::vector<service_hold> holds;              ///< Those in force.
  std::map<container_id, std::string> replaced; ///< Made anew whatever they look like, and why.
  std::set<container_id> started;               ///< Started whatever their restart policy says.
  std::set<app_id> emptied; ///< Nothing of them is made before all that was there has gone.
  std::set<app_id> purged;  ///< Their volumes go.
  std::set<app_id> forced;  ///< Users' locks of them do not count.
  std::set<app_id> patient; ///< Asked for without force: an update's does not count for it.
  std::set<app_id> alone;   ///< Not empty: only steps of these are begun.

  bool operator==(const wishes&) const = default;
};

} // namespace copal::planning
