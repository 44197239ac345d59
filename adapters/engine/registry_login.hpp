#pragma once

#include "messages/model/registry_login.hpp"
#include "messages/result.hpp"

#include <string>

namespace copal::engine_wire {

/// The value of X-Registry-Auth for the registry of an image; empty when there is no login for it.
/// `invalid_input`: the reference, or the login, cannot be said. Source: Docker Engine API 1.41,
/// "Authentication".
result<secret> authorization_for(const registry_logins& logins, const std::string& image);

} // namespace copal::engine_wire
