#pragma once

#include "actors/planning/normalise/app_setting.hpp"
#include "messages/model/target.hpp"

namespace copal::planning {

/// What the cloud says of a service beside its composition; it wins over the composition.
struct service_overlay {
  environment env;
  label_map labels;
};

/// Turns a service whose composition is read into the complete one: identity, injected variables,
/// features, lock folders, update strategy. Source: spec/state-engine.md §2.2, §2.3, §5.3.
void complete_service(
  const app_setting& app, const service_overlay& overlay, target_service& service);

} // namespace copal::planning
