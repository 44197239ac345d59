#pragma once

#include "messages/protocol/keys.hpp"
#include "messages/protocol/supervision.hpp"
#include "messages/protocol/update.hpp"

#include <caf/typed_actor.hpp>

namespace copal {

/// Answers the local API from what it is told, so that it answers whatever is down.
using api_actor =
  progress_sink_actor::extend_with<health_sink_actor>::extend_with<key_sink_actor>::extend<
    // Always answered, errors too: they are replies.
    caf::replies_to<api::request>::with<api::reply>>;

/// Keeps replies of the local API for as long as they hold.
using reply_keeper_actor = caf::typed_actor<caf::reacts_to<api::changed>>;

/// The edge that speaks HTTP to the callers of the local API.
using web_actor =
  reply_keeper_actor::extend<caf::replies_to<api::get_listening>::with<api::listening>>;

} // namespace copal
