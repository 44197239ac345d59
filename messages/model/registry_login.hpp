#pragma once

#include "messages/model/secret.hpp"

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

} // namespace copal
