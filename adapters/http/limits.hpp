#pragma once

#include <chrono>
#include <cstddef>

namespace copal::http {

/// Bounds of a client: nothing a server sends or fails to send makes it grow or wait beyond them.
struct limits {
  std::size_t calls = 32;    ///< In progress, each on a connection of its own.
  std::size_t waiting = 256; ///< For one of those; beyond it a call is refused.
  std::size_t streams = 16;  ///< Open besides the calls; beyond it one is refused.
  std::size_t idle = 4;      ///< Connections kept for later calls.
  std::chrono::milliseconds idle_time{30'000}; ///< How long they are kept.
  std::chrono::milliseconds connect{5'000};
  std::size_t header_bytes = 64UL * 1024;
  std::size_t body_bytes = 16UL * 1024 * 1024; ///< Of an answer that is not a stream.
  std::size_t line_bytes = 1024UL * 1024;      ///< Of a stream.
};

} // namespace copal::http
