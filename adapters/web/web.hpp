#pragma once

#include "adapters/loop/loop.hpp"
#include "adapters/web/limits.hpp"
#include "messages/protocol/api.hpp"
#include "messages/protocol/supervision.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace copal {

/// Where the server listens.
struct listen_address {
  std::string host;           ///< A numeric address, of IPv4 or IPv6.
  std::uint16_t port = 0;     ///< 0: the system chooses one.
  bool may_be_absent = false; ///< The interface with that address may come later.

  bool operator==(const listen_address&) const = default;
};

struct web_config {
  std::vector<listen_address> listen;
  web::limits limits;
};

/// Spawns the local API's edge on the asio thread. It listens from its `wake_up` on; when it
/// cannot, it ends with `unavailable`, which names the address and the port. Each request that it
/// does not know the answer to is a question to `api`. With its end all sockets close.
supervised<web_actor> spawn_web(loop& where, web_config config, api_actor api);

} // namespace copal
