#pragma once

#include "messages/protocol/update.hpp"

#include <caf/typed_actor.hpp>

namespace copal {

/// Hears of each change of the file.
using target_file_sink_actor = caf::typed_actor<caf::reacts_to<target_file::reading>>;

/// The edge to the file.
using target_file_actor = caf::typed_actor<
  // exhausted (too many ask at once).
  caf::replies_to<target_file::read>::with<target_file::reading>,
  caf::replies_to<target_file::find_other>::with<target_file::other_found>>;

/// Brings the file's content to the conductor.
using target_source_actor = target_file_sink_actor::extend_with<update_trigger_actor>::extend<
  // Always answered at once.
  caf::replies_to<get_target_source>::with<target_source_state>>;

/// Hears of each change of what is known, for the log.
using target_source_sink_actor = caf::typed_actor<caf::reacts_to<target_source_state>>;

} // namespace copal
