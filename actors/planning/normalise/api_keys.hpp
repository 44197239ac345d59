#pragma once

#include "messages/keys.hpp"
#include "messages/model/container.hpp"
#include "messages/model/target.hpp"

#include <vector>

namespace copal::planning {

/// The services that speak to the local API (`io.balena.features.supervisor-api`) and have no key
/// among `known`, each with the key that its newest container carries. While there is one, the
/// target is not complete: its containers would be made with an empty key.
/// Source: spec/device-api.md §2.2.
std::vector<keys::wanted_key> missing_keys(const device_target& target,
  const std::vector<service_key_fact>& known,
  const engine_view& engine);

} // namespace copal::planning
