#pragma once

#include "messages/model/container.hpp"
#include "messages/model/target.hpp"

/// Services that somebody else keeps, although the cloud names them: the supervisor itself, which a
/// unit of the host replaces, and the parts of the host OS that are no containers of ours.
/// Source: spec/cloud-protocol.md §10, first two rows.
namespace copal::planning {

/// The service is the supervisor, of one of the apps that the cloud keeps for it.
bool is_supervisor(const app_uuid& app, const service_name& service);

/// By these labels a service of a host app belongs to the host.
bool is_part_of_host(const label_map& labels);

/// The container is somebody else's, whatever becomes of its app. `app` is its app in the target;
/// null when it has none. Then nobody can say whether it was a host app, and its labels count.
bool is_left_alone(const container_identity& who, const label_map& labels, const target_app* app);

} // namespace copal::planning
