#pragma once

#include "messages/protocol/supervision.hpp"
#include "messages/protocol/target_file.hpp"
#include "messages/protocol/update.hpp"

#include <caf/typed_actor.hpp>

namespace copal {

/// Writes lines to the log. It never makes the sender wait: when the log cannot keep up, the oldest
/// lines are lost.
using log_actor = caf::typed_actor<caf::reacts_to<log_line>>;

/// Tells in plain lines what happens on the device.
using journal_actor = progress_sink_actor::extend_with<step_sink_actor>::extend_with<
  health_sink_actor>::extend_with<target_source_sink_actor>;

} // namespace copal
