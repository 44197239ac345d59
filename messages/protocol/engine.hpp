#pragma once

#include "messages/protocol/type_ids.hpp"

#include <caf/typed_actor.hpp>

namespace copal {

/// What Copal needs of a container engine. Every request carries a deadline; nothing is retried
/// here. Errors common to all: `unavailable` (no connection, or it broke; the effect is unknown),
/// `timeout` (no answer in time; the effect is unknown), `exhausted` (the answer is too large, or
/// too many requests wait), `corrupt` (the answer is not what the engine API says), `internal` (the
/// engine's own failure, its words in the text).
using engine_actor = caf::typed_actor<
  // Opens the event stream; batches go to the event sink given at start.
  caf::replies_to<engine::watch_events>::with<engine::watching>,
  caf::replies_to<engine::list_containers>::with<engine::container_list>,
  // not_found
  caf::replies_to<engine::inspect_container>::with<container>,
  caf::replies_to<engine::list_networks>::with<engine::network_list>,
  caf::replies_to<engine::list_volumes>::with<engine::volume_list>,
  caf::replies_to<engine::list_images>::with<engine::image_list>,
  // not_found
  caf::replies_to<engine::inspect_image>::with<engine::image_details>,
  caf::replies_to<engine::get_traits>::with<engine::traits>,
  // Fetches, progress to the pull sink given at start. not_found (no such image, or not allowed),
  // exhausted (disk full).
  caf::replies_to<engine::pull_image>::with<engine::done>,
  caf::replies_to<engine::end_pulls>::with<engine::done>,
  // No such image is success. conflict (a container uses it).
  caf::replies_to<engine::remove_image>::with<engine::done>,
  // Creates, with the one endpoint that is the network mode. conflict (the name is taken),
  // not_found (image or network), invalid_input.
  caf::replies_to<engine::create_container>::with<container_id>,
  // not_found, conflict, invalid_input. Already connected is success.
  caf::replies_to<engine::connect_network>::with<engine::done>,
  // Already started is success. not_found, invalid_input (it cannot be executed), conflict (a port
  // is taken), broken (under this id it never starts again).
  caf::replies_to<engine::start_container>::with<engine::done>,
  // Stops within the grace. Already stopped, and gone, are success.
  caf::replies_to<engine::stop_container>::with<engine::done>,
  // Gone is success. conflict (it runs and no force, or it is being removed).
  caf::replies_to<engine::remove_container>::with<engine::done>,
  // not_found, conflict (the name is taken).
  caf::replies_to<engine::rename_container>::with<engine::done>,
  // not_found, conflict (it is being removed).
  caf::replies_to<engine::set_restart_policy>::with<engine::done>,
  // A network of that name exists: conflict.
  caf::replies_to<engine::create_network>::with<engine::done>,
  // Gone is success. conflict (containers are joined).
  caf::replies_to<engine::remove_network>::with<engine::done>,
  // A volume of that name exists with another configuration: conflict.
  caf::replies_to<engine::create_volume>::with<engine::done>,
  // Gone is success. conflict (a container uses it).
  caf::replies_to<engine::remove_volume>::with<engine::done>>;

/// Takes the engine's events.
using event_sink_actor = caf::typed_actor<
  // `taken` is the credit for the next batch.
  caf::replies_to<engine::event_batch>::with<engine::taken>,
  // The watch is over, why.
  caf::reacts_to<engine::watch_ended>>;

/// Takes the progress of pulls.
using pull_sink_actor = caf::typed_actor<caf::reacts_to<engine::pull_progress>>;

} // namespace copal
