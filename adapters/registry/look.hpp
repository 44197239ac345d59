#pragma once

#include "adapters/curl/client.hpp"
#include "messages/model/registry_login.hpp"
#include "messages/registry.hpp"
#include "messages/result.hpp"

#include <memory>

#include <boost/asio/awaitable.hpp>

namespace copal::registry {

/// Asks a registry for an image: its manifest, where that is an index the one for the machine, and
/// its configuration; with a token, or a login, where the registry wants to know who asks.
boost::asio::awaitable<result<remote_image>> look(std::shared_ptr<curl::client> with,
  std::shared_ptr<const registry_logins> logins,
  look_at_image what);

} // namespace copal::registry
