#pragma once

#include "messages/model/container.hpp"
#include "messages/model/network.hpp"
#include "messages/result.hpp"

#include <string>
#include <string_view>

/// Engines that do not show what they were told: podman's Docker API turns mounts into binds, shows
/// every network mode as `bridge`, gives each network an option of its own, and fills in or leaves
/// out more. What was asked for stands in a label of the container (without the values of its
/// environment), the network or the volume. Source: decision 0098.
namespace copal::engine_wire {

inline constexpr std::string_view asked_label = "io.balena.private.copal.asked";

/// As `write_create`, for such an engine: with the label, and without what it would refuse though
/// it means nothing.
result<std::string> write_create_remembered(const container_config& x);

/// As `write_network` and `write_volume`.
result<std::string> write_network_remembered(const std::string& name, const network_config& x);
result<std::string> write_volume_remembered(const std::string& name, const volume_config& x);

/// Takes the label off what such an engine showed, and puts what it says in place of what the
/// engine does not show. A label that cannot be read is taken off only: the container then differs
/// from its target, and is made anew.
void recall(container_config& shown);
void recall(network_config& shown);
void recall(volume_config& shown);

/// True for the answer to "which version" of such an engine.
bool is_forgetful(std::string_view version_answer);

} // namespace copal::engine_wire
