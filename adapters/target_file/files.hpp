#pragma once

#include "messages/result.hpp"

#include <cstddef>
#include <string>

namespace copal::target_file {

/// An open file, closed with its owner.
class descriptor {
public:
  explicit descriptor(int fd = -1) noexcept : fd_(fd) {}
  ~descriptor();
  descriptor(descriptor&& other) noexcept;
  descriptor& operator=(descriptor&& other) noexcept;
  descriptor(const descriptor&) = delete;
  descriptor& operator=(const descriptor&) = delete;

  [[nodiscard]] int get() const noexcept { return fd_; }
  [[nodiscard]] bool is_open() const noexcept { return fd_ >= 0; }
  int release() noexcept;

private:
  int fd_;
};

/// What the system said, as an error: `not_found`, `exhausted` (no space, no descriptors) or
/// `unavailable`.
error system_error_of(int code, const std::string& doing);

/// Reads a small file whole. A folder, pipe, socket or device is refused without being opened, so
/// that nothing here ever waits for somebody to write. `not_found`, `invalid_input` (not a regular
/// file), `exhausted` (longer than that), `unavailable` (no permission, I/O).
result<std::string> read_small(const std::string& path, std::size_t max_bytes);

} // namespace copal::target_file
