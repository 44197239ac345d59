#pragma once

#include "actors/planning/plan/plan_parts.hpp"

/// When a container is started: what it waits for, and which are started again.
/// Source: spec/state-engine.md §5.2.
namespace copal::planning {

/// Why a service cannot be started yet; empty when it can. Ports are another matter: see
/// `port_obstacle`.
std::string start_obstacle(
  const situation& s, const app_standing& app, const service_pair& pair, const plan_builder& out);

/// True for a service that is to start only after a boot of the machine that is younger than its
/// container: `io.balena.update.requires-reboot`.
bool asks_for_reboot(const service_pair& pair);

/// False also while it is not known when the machine was booted.
bool was_booted_since(const situation& s, const container& c);

/// It was being removed when that failed, and has not been started since.
bool is_half_removed(const situation& s, const container& c);

/// True for an exited container that is started again, as "Copal heals" says.
bool is_to_be_healed(const situation& s, const container& c);

/// Why the container of a pair is made anew instead of started: the engine cannot start it any
/// more. Empty: no such thing, or nothing would be gained. See docs/decisions/0123.
std::string breakage(const situation& s, const service_pair& pair);

/// What is to be told of a container that ends again and again.
std::string crash_text(const container& c);

} // namespace copal::planning
