#pragma once

#include "messages/model/container_config.hpp"
#include "messages/result.hpp"

#include <cstdint>
#include <string_view>
#include <vector>

namespace copal::planning {

/// Which host port a container port gets that is given without one.
enum class lone_port : std::uint8_t {
  same,   ///< The same number: what the cloud means.
  chosen, ///< Port 0, the engine chooses: what a compose file means.
};

/// Reads `[hostIp:][host[-end]:]container[-end][/tcp|udp|sctp]`; an IPv6 host address stands in
/// brackets. One binding per port of a range. `invalid_input` tells what is wrong with it.
/// Source: spec/state-engine.md §2.6.
result<std::vector<port_binding>> parse_ports(std::string_view text, lone_port alone);

} // namespace copal::planning
