#include "tests/integration/support/sockets.hpp"

#include <cerrno>
#include <cstring>
#include <system_error>

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace copal::test {

namespace {

sockaddr_un address_of(const std::string& path) {
  sockaddr_un out{};
  out.sun_family = AF_UNIX;
  if (path.size() >= sizeof out.sun_path)
    throw std::system_error(ENAMETOOLONG, std::generic_category(), path);
  std::memcpy(out.sun_path, path.data(), path.size());
  return out;
}

/// The one cast that the socket calls ask for.
const sockaddr* generic(const sockaddr_un& address) {
  return static_cast<const sockaddr*>(static_cast<const void*>(&address));
}

} // namespace

descriptor::~descriptor() {
  if (fd_ >= 0)
    ::close(fd_);
}

descriptor connect_to(const std::string& path) {
  const auto address = address_of(path);
  descriptor out{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  if (::connect(out.get(), generic(address), sizeof address) != 0)
    return {};
  return out;
}

descriptor connect_to_port(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  descriptor out{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  const auto* const whom = static_cast<const sockaddr*>(static_cast<const void*>(&address));
  if (::connect(out.get(), whom, sizeof address) != 0)
    return {};
  return out;
}

descriptor listen_on(const std::string& path) {
  const auto address = address_of(path);
  descriptor out{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
  if (::bind(out.get(), generic(address), sizeof address) != 0 || ::listen(out.get(), 64) != 0)
    throw std::system_error(errno, std::generic_category(), "listening on " + path);
  return out;
}

bool send_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto n = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n <= 0)
      return false;
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

std::string read_to_end(int fd) {
  constexpr int silence_ms = 60'000;
  std::string out;
  for (;;) {
    pollfd ready{fd, POLLIN, 0};
    if (::poll(&ready, 1, silence_ms) <= 0)
      return {};
    char piece[16 * 1024];
    const auto n = ::read(fd, piece, sizeof piece);
    if (n <= 0)
      return out;
    out.append(piece, static_cast<std::size_t>(n));
  }
}

} // namespace copal::test
