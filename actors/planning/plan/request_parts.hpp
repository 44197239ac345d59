#pragma once

#include "actors/planning/plan/plan.hpp"

#include <vector>

// What the sources of `requests.hpp` share; nobody else includes this.
namespace copal::planning::request_parts {

const target_app* find_app(const device_target& target, app_id id);
const target_service* find_service(const target_app& app, const service_name& name);

/// The containers of an app that are ours to touch.
std::vector<const supervised_container*> containers_of(const situation& now, app_id id);

/// The newest living one; null when there is none.
const supervised_container* container_of(
  const situation& now, app_id app, const service_name& service);

} // namespace copal::planning::request_parts
