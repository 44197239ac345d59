#pragma once

#include "adapters/curl/client.hpp"
#include "messages/model/registry_login.hpp"
#include "messages/protocol/registry.hpp"
#include "messages/protocol/supervision.hpp"

namespace copal {

class loop;

struct registry_config {
  curl::limits limits;
  registry_logins logins;
  std::size_t looks = 32; ///< At a time; beyond it one is refused with `exhausted`.
};

/// Spawns the registries' edge on the asio thread. It connects when asked, and holds nothing while
/// it is not. With its end what was asked is answered `unavailable`.
supervised<registry_actor> spawn_registry(loop& where, registry_config config);

} // namespace copal
