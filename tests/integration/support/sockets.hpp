#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace copal::test {

/// An open file or socket.
class descriptor {
public:
  descriptor() = default;
  explicit descriptor(int fd) : fd_(fd) {}
  ~descriptor();
  descriptor(descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  descriptor& operator=(descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }

  [[nodiscard]] int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }

private:
  int fd_ = -1;
};

/// A connection to the unix socket at a path; none when nobody listens.
descriptor connect_to(const std::string& path);
/// A connection to a TCP port of this machine; none when nobody listens.
descriptor connect_to_port(int port);
/// Listens on a unix socket; throws when it cannot.
descriptor listen_on(const std::string& path);

bool send_all(int fd, std::string_view bytes);
/// Until the other side ends, or says nothing for a minute.
std::string read_to_end(int fd);

} // namespace copal::test
