#pragma once

#include "actors/planning/normalise/reading.hpp"
#include "messages/model/target.hpp"

#include <string_view>

namespace copal::planning {

/// The network through which containers reach the local API, by its engine name.
inline constexpr std::string_view supervisor_network = "supervisor0";

/// Where that network's device side is. Source: spec/state-engine.md §1.
inline constexpr std::string_view supervisor_gateway = "10.114.104.1";

/// The name behind `service:`; empty for other network modes.
std::string_view shared_service(std::string_view network_mode);

/// A composition's `networks` and `network_mode`, read together, into the service's configuration
/// (in engine names) and, for `service:<name>`, into its dependencies.
/// Source: spec/state-engine.md §2.5 and §14.
void read_service_networks(const node& composition, const app_uuid& app, target_service& service);

/// What a service without a word on networks gets: the app's default network.
void join_default_network(const app_uuid& app, target_service& service);

} // namespace copal::planning
