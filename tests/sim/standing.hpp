#pragma once

#include "actors/planning/compare/compare.hpp"
#include "tests/sim/device.hpp"

#include <string>
#include <vector>

/// How an engine stands to a target, as the invariants see it: written against the specification,
/// not against the planner. Only the comparison of two configurations is shared with the product.
namespace copal::test {

/// Null: there is none; of an app also where it has no release.
const target_app* find_app(const device_target& target, app_id id);
const target_service* find_service(const target_app& app, const service_name& name);
const world_image* find_image(const engine_world& world, const std::string& name);
const engine_network* find_network(const engine_world& world, const std::string& name);
const engine_volume* find_volume(const engine_world& world, const std::string& name);

/// The containers of a service, oldest first.
std::vector<const container*> containers_of(
  const engine_world& world, app_id app, const service_name& name);

/// What of a container is not as its service asks for; empty: nothing.
std::vector<planning::field_difference> differences_of(const engine_world& world,
  const target_app& app,
  const target_service& service,
  const container& c);

/// The networks and volumes of an app are there as it asks for.
bool parts_are_in_place(const engine_world& world, const target_app& app);

/// Nothing about this container is to change under that target.
bool is_to_stay(const engine_world& world,
  const device_target& target,
  const container& c,
  const container_identity& who);

/// The target allows to stop the old one before the new one's images are there.
bool may_stop_early(
  const engine_world& world, const device_target& target, const container_identity& who);

/// The target wants the service handed over, and nothing is in the way of it. A port may be: its
/// old container has it, or one of another service did when that was decided.
bool is_to_hand_over(const engine_world& world,
  const device_target& target,
  const container& c,
  const container_identity& who);

/// Another container of the service runs, or has at least been started.
bool has_successor(const engine_world& world, const container& c, const container_identity& who);

} // namespace copal::test
