#pragma once

#include "messages/engine.hpp"
#include "messages/model/step.hpp"
#include "messages/result.hpp"

#include <chrono>
#include <variant>
#include <vector>

namespace copal {

/// One call to the engine. An empty container id stands for the container that the step creates.
using engine_call = std::variant<engine::create_container,
  engine::connect_network,
  engine::start_container,
  engine::stop_container,
  engine::remove_container,
  engine::rename_container,
  engine::set_restart_policy,
  engine::create_network,
  engine::remove_network,
  engine::create_volume,
  engine::remove_volume>;

/// The engine calls that do a step, in order; each only after the one before it succeeded. `view`
/// tells the id of the container that a `service:<name>` network mode refers to. not_found: there
/// is no such container; internal: the step is not one on containers, networks or volumes. Source:
/// spec/state-engine.md §5.4 and §2.5.
result<std::vector<engine_call>> calls_for(const step& s, const engine_view& view);

/// How long one call may take before the engine counts as stuck.
std::chrono::seconds deadline_of(const engine_call& call);

/// What a step changes: what is to be looked at after it.
enum class aspect : std::uint8_t { container, networks, volumes };
aspect aspect_of(const step_action& a);

/// The container a step is about; empty when it creates one, or is about something else.
container_id container_of(const step_action& a);

/// True when the container is gone once the step succeeded.
bool removes_container(const step_action& a);

} // namespace copal
