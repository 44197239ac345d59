#include "tests/adapters/registry/small_server.hpp"

#include <algorithm>
#include <stdexcept>

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace copal::test {

small_server::small_server(script how) : how_(std::move(how)) {
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in where{};
  where.sin_family = AF_INET;
  where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof where;
  auto* const as_address = reinterpret_cast<sockaddr*>(&where);
  if (::bind(listener_, as_address, size) != 0 || ::listen(listener_, 16) != 0
      || ::getsockname(listener_, as_address, &size) != 0)
    throw std::runtime_error("no socket on loopback");
  port_ = ntohs(where.sin_port);
  acceptor_ = std::thread{[this] { serve(); }};
}

small_server::~small_server() {
  ending_ = true;
  ::shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  {
    const std::lock_guard lock{guard_};
    for (const auto fd : open_)
      ::shutdown(fd, SHUT_RDWR);
  }
  for (auto& one : threads_)
    one.join();
  for (const auto fd : open_)
    ::close(fd);
  ::close(listener_);
}

void small_server::serve() {
  while (!ending_) {
    const auto fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0)
      continue;
    const std::lock_guard lock{guard_};
    open_.push_back(fd);
    threads_.emplace_back([this, fd] { talk(fd); });
  }
}

void small_server::talk(int fd) {
  constexpr char tls_hello = 0x16;
  std::string unread;
  for (;;) {
    const auto end = unread.find("\r\n\r\n");
    if (end != std::string::npos) {
      const auto request = unread.substr(0, end);
      unread.erase(0, end + 4);
      if (!how_(fd, request))
        break;
      continue;
    }
    char piece[4096];
    const auto n = ::recv(fd, piece, sizeof piece, 0);
    if (n <= 0 || (unread.empty() && piece[0] == tls_hello))
      break;
    unread.append(piece, static_cast<std::size_t>(n));
  }
  ::shutdown(fd, SHUT_RDWR); // closed at the end: its number must not be another's before
}

bool send_text(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto n = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n <= 0)
      return false;
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

bool hold(int fd) {
  char ignored = 0;
  while (::recv(fd, &ignored, 1, 0) > 0) {}
  return false;
}

bool send_answer(int fd, int status, std::string_view body, std::string_view more) {
  return send_text(fd,
    "HTTP/1.1 " + std::to_string(status) + " X\r\n" + std::string{more}
      + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string{body});
}

} // namespace copal::test
