#pragma once

#include "adapters/web/web.hpp"
#include "messages/result.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace copal {

/// Where the local API listens, from what was asked for: `ADDRESS`, `ADDRESS:PORT`,
/// `[ADDRESS]:PORT` or `:PORT`. Asked for nothing, a device with a cloud listens everywhere, as
/// behind the packet filter of its OS; one without listens on loopback and on the gateway of
/// `supervisor0`, which may come later. `invalid_input` names what cannot be read. Source:
/// spec/device-api.md §2.3.
result<std::vector<listen_address>> listen_addresses(
  const std::vector<std::string>& asked, bool has_cloud, std::uint16_t port);

} // namespace copal
