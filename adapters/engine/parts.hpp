#pragma once

#include "adapters/engine/json_reader.hpp"
#include "messages/model/container.hpp"
#include "messages/model/image.hpp"
#include "messages/model/network.hpp"

#include <string>
#include <string_view>

/// Pieces that several of the engine's answers share.
namespace copal::engine_wire {

/// By which a container that Copal made is known: engines keep this field of the host's part and do
/// nothing by it (it is the path of a file that the engine's own command line writes), and no
/// supervisor compares it. Source: seen of Docker 20.10 and 26; decision 0102.
inline constexpr const char* own_mark_field = "ContainerIDFile";
inline constexpr std::string_view own_mark = "copal";

/// `NAME=value` lines; those without a name or a `=` are skipped (spec/state-engine.md §2.2).
environment env_part(const json_node& shown);

/// A health check as shown; all defaults when there is none.
health_check health_part(const json_node& shown);

/// A state by the engine's word, also podman's. A word of a later engine is read as what it is for
/// us: running or not.
container_state state_part(std::string_view word, bool running);

/// A word like `healthy`; others, and none, are for a container without a check.
health_state health_word(std::string_view word);

wall_time time_part(const json_node& shown);

/// A network's configuration without its labels, as it is shown and as it is asked for.
network_config network_part(const json_node& shown);
/// The same of a volume.
volume_config volume_part(const json_node& shown);

// Of a container, as it is sent and as it is shown: what is the container's, what is the host's,
// and the networks it is joined to.
void config_part(const json_node& shown, container_config& out);
void host_part(const json_node& shown, container_config& out);
std::map<std::string, endpoint> networks_part(const json_node& shown);

/// A container's name without its leading slash.
std::string plain_name(std::string name);

} // namespace copal::engine_wire
