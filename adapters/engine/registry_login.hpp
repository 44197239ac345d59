#pragma once

#include "messages/model/secret.hpp"
#include "messages/result.hpp"

#include <functional>
#include <map>
#include <string>

namespace copal {

/// Who asks a registry for an image.
struct registry_login {
  std::string user;
  secret password;
};

/// By the registry's name as references have it: `registry.example:5000`; `docker.io` for the one
/// that references do not name.
using registry_logins = std::map<std::string, registry_login, std::less<>>;

namespace engine_wire {

/// The value of X-Registry-Auth for the registry of an image; empty when there is no login for it.
/// `invalid_input`: the reference, or the login, cannot be said. Source: Docker Engine API 1.41,
/// "Authentication".
result<secret> authorization_for(const registry_logins& logins, const std::string& image);

} // namespace engine_wire
} // namespace copal
