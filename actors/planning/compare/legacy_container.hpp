#pragma once

#include "messages/model/container.hpp"
#include "messages/model/target.hpp"

namespace copal::planning {

/// A supervisor before v7 knew one container an app; a later one put it under a service, labelled
/// `legacy-container`. It may stay as the one service of its app: what is wanted gets that label
/// and its service's number. `current` is the app's only container, of the same service name.
/// Source: spec/state-engine.md §7.4.
void inherit_legacy_labels(const supervised_container& current, container_config& wanted);

} // namespace copal::planning
