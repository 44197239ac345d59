#pragma once

#include "messages/model/secret.hpp"
#include "messages/result.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace copal {

/// How a command on the same machine reaches the supervisor: `local-api.json` in its state folder,
/// which only its owner can read.
struct local_api {
  std::string url; ///< `http://127.0.0.1:48484`
  secret key;      ///< Of the whole device.

  bool operator==(const local_api&) const = default;
};

/// The address of these listening ones that this machine reaches best: loopback before others. One
/// that stands for every interface becomes loopback. Empty when there is none.
std::string url_of(const std::vector<std::string>& listening);

/// Writes the file, unless it says so already.
result<void> tell_local_api(const std::filesystem::path& state_dir, const local_api& what);

/// Reads the file. Errors: `not_found` (no supervisor has listened yet), `corrupt`.
result<local_api> find_local_api(const std::filesystem::path& state_dir);

} // namespace copal
