#pragma once

#include "messages/model/registry_login.hpp"
#include "messages/result.hpp"

#include <filesystem>
#include <string_view>

namespace copal {

/// Logins from a text in the form of Docker's `config.json`: `auths` with, for each registry,
/// `auth` (base64 of `user:password`) or `username` and `password`. `invalid_input` names the
/// registry and what was expected, never a value. Helpers that keep logins elsewhere are refused by
/// name. Other members are passed over.
result<registry_logins> read_registry_logins(std::string_view text);

/// The same from a file of at most 1 MiB. Errors name the file.
result<registry_logins> read_registry_auth(const std::filesystem::path& path);

} // namespace copal
