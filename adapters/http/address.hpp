#pragma once

#include "messages/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace copal::http {

/// Where a server listens.
struct address {
  std::string path; ///< Of a unix socket; empty for TCP.
  std::string host;
  std::uint16_t port = 0;

  bool operator==(const address&) const = default;

  /// Reads `unix:///run/docker.sock`, `/run/docker.sock`, `tcp://host:port` or `http://host:port`,
  /// as DOCKER_HOST has them.
  static result<address> parse(std::string_view text);
};

std::string to_string(const address& x);

} // namespace copal::http
