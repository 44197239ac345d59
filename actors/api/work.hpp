#pragma once

#include "actors/timers.hpp"
#include "messages/protocol/api.hpp"

#include <cstdint>
#include <map>
#include <optional>

#include <caf/typed_response_promise.hpp>

namespace copal {

/// What was begun for a caller and takes its time. The edge waits for an answer for seconds only,
/// so it is told again and again that the work goes on.
struct work_under_way {
  std::optional<api::reply> done;                ///< Nobody has fetched it yet.
  caf::typed_response_promise<api::reply> asker; ///< Pending while the edge waits.
};

} // namespace copal
