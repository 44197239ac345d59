#pragma once

#include "messages/protocol/engine.hpp"

#include <caf/typed_actor.hpp>

namespace copal {

/// Whoever brings targets from outside: told to look for a newer one.
using update_trigger_actor = caf::typed_actor<caf::reacts_to<look_for_target>>;

/// Takes what `containers` and `images` know whenever it changes.
using view_sink_actor = caf::typed_actor<caf::reacts_to<engine_view>, caf::reacts_to<images_view>>;

/// Hears where the device stands, whenever that has changed: at most twenty times a second, and the
/// last state always.
using progress_sink_actor = caf::typed_actor<caf::reacts_to<progress>>;

/// Hears of every step that begins and ends.
using step_sink_actor = caf::typed_actor<caf::reacts_to<step_note>>;

/// Owns the way to the target.
using conductor_actor = view_sink_actor::extend<
  // A user's lock went for which an update waits.
  caf::reacts_to<host::locks_gone>,
  // invalid_input (says where and what was expected; the old target stands), unavailable (the store
  // is away; the old target stands).
  caf::replies_to<set_target>::with<target_accepted>,
  // Answered when it is done. conflict (a user's update lock, or another request on the app that
  // takes long), timeout, unavailable (voided by a newer one; the store is away), exhausted (too
  // many at once), invalid_input (no such app or service), and what the steps' errors are.
  caf::replies_to<requests::perform>::with<requests::performed>,
  // Always answered; the update itself goes on after the answer.
  caf::replies_to<apply_now>::with<applying>,
  caf::replies_to<get_progress>::with<progress>>;

/// Keeps what the engine shows of containers, networks and volumes, and does the steps on them.
using containers_actor = event_sink_actor::extend<
  // Does one step on a container, network or volume, and looks at the result before it answers,
  // also before it answers with an error. The same step twice at the same time is done once.
  // conflict (another step on the same subject is being done), unavailable, and what the engine
  // answers.
  caf::replies_to<do_step>::with<step_done>,
  caf::replies_to<get_engine_view>::with<engine_view>>;

/// Keeps the image rows and does the steps on images.
using images_actor = pull_sink_actor::extend<
  // Lists the engine's images anew.
  caf::reacts_to<look_at_images>,
  // A fetch is answered when it has begun; how it goes on is told by the views.
  caf::replies_to<do_step>::with<image_step_done>,
  caf::replies_to<get_images_view>::with<images_view>>;

} // namespace copal
