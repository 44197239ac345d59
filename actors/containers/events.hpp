#pragma once

#include "messages/engine.hpp"

#include <optional>
#include <string_view>

namespace copal {

/// What an engine event asks `containers` to do. Events may be late, doubled or out of order, so
/// none is believed: each leads to a look, to nothing when what is known agrees with it, or to the
/// container's removal from the view (a destroyed id never comes back).
enum class event_reaction : std::uint8_t {
  ignore,
  inspect_container,
  container_gone,
  list_networks,
  list_volumes,
  tell_images,
};

/// What is known of the thing that an event is about.
struct event_context {
  std::optional<container_state> state; ///< Of the container, when it is known.
  bool object_known = false;            ///< The network or volume is known.
  bool in_step = false; ///< A step of ours changes the thing, and looks at it when it has ended.
};

/// The action tells of a health check: `health_status: healthy`, or podman's `health_status`.
bool tells_health(std::string_view action);

/// Source of the words: engine API 1.41, "Monitor events".
event_reaction react_to(const engine::event& e, const event_context& context);

} // namespace copal
