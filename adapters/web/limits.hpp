#pragma once

#include <chrono>
#include <cstddef>

namespace copal::web {

/// Bounds of the server: nothing a caller sends or fails to send makes it grow or wait beyond them.
struct limits {
  /// At a time. One more takes the place of the connection that has been idle for longest; when
  /// none is idle, it is told 503 and closed.
  std::size_t connections = 128;
  std::size_t header_bytes = 16UL * 1024;      ///< Of one request; above it 431.
  std::size_t body_bytes = 10UL * 1024 * 1024; ///< Of one request; above it 503.
  std::size_t all_bodies = 32UL * 1024 * 1024; ///< Of all requests at a time; above it 503.
  /// A body up to this size is read before anybody is asked whether its sender may send it.
  std::size_t small_body = 16UL * 1024;
  std::chrono::milliseconds idle{900'000}; ///< Between two requests.
  std::chrono::milliseconds header{
    15'000}; ///< From the first byte of a request to its last header.
  std::chrono::milliseconds body{60'000};
  std::chrono::milliseconds write{30'000}; ///< For a caller to take an answer.
  std::chrono::milliseconds linger{2'000}; ///< To read on, after the last answer, what is dropped.
  std::chrono::milliseconds question{5'000}; ///< For `api` to answer.
};

} // namespace copal::web
