#include "actors/containers/events.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace copal {

namespace {

template <std::size_t N>
bool is_one_of(const std::string& action, const std::array<std::string_view, N>& words) {
  return std::find(words.begin(), words.end(), action) != words.end();
}

/// The state that an action leaves behind; nothing when it tells of none.
std::optional<container_state> state_after(const std::string& action) {
  if (action == "create")
    return container_state::created;
  if (action == "start" || action == "unpause")
    return container_state::running;
  if (action == "pause")
    return container_state::paused;
  if (action == "die" || action == "stop")
    return container_state::exited;
  return std::nullopt;
}

event_reaction react_to_container(const engine::event& e, const event_context& context) {
  if (e.action == "destroy")
    return context.state ? event_reaction::container_gone : event_reaction::ignore;
  if (context.in_step)
    return event_reaction::ignore;
  if (!context.state) {
    // Other words on an unknown container are late ones on a container that is gone.
    constexpr std::array<std::string_view, 3> appearing{"create", "start", "rename"};
    return e.supervised && is_one_of(e.action, appearing) ? event_reaction::inspect_container
                                                          : event_reaction::ignore;
  }
  if (e.action == "create") // A known container was created before.
    return event_reaction::ignore;
  if (const auto state = state_after(e.action))
    return state == context.state ? event_reaction::ignore : event_reaction::inspect_container;
  constexpr std::array<std::string_view, 3> changing{"rename", "update", "oom"};
  return is_one_of(e.action, changing) || tells_health(e.action) ? event_reaction::inspect_container
                                                                 : event_reaction::ignore;
}

event_reaction react_to_network(const engine::event& e, const event_context& context) {
  if (context.in_step)
    return event_reaction::ignore;
  if (e.action == "connect" || e.action == "disconnect")
    return context.state ? event_reaction::inspect_container : event_reaction::ignore;
  const auto there = e.action != "destroy" && e.action != "remove";
  return there == context.object_known ? event_reaction::ignore : event_reaction::list_networks;
}

event_reaction react_to_volume(const engine::event& e, const event_context& context) {
  if (context.in_step || (e.action != "create" && e.action != "destroy"))
    return event_reaction::ignore;
  return (e.action == "create") == context.object_known ? event_reaction::ignore
                                                        : event_reaction::list_volumes;
}

} // namespace

bool tells_health(std::string_view action) {
  return action.starts_with("health_status");
}

event_reaction react_to(const engine::event& e, const event_context& context) {
  switch (e.kind) {
    case engine::object_kind::container:
      return react_to_container(e, context);
    case engine::object_kind::network:
      return react_to_network(e, context);
    case engine::object_kind::volume:
      return react_to_volume(e, context);
    case engine::object_kind::image:
      return event_reaction::tell_images;
  }
  return event_reaction::ignore;
}

} // namespace copal
