#include "tests/support/scripted_server.hpp"

#include <array>
#include <cstdlib>
#include <fstream>
#include <stdexcept>

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace copal::test {

scripted_connection::~scripted_connection() {
  ::close(fd_);
}

std::string scripted_connection::read_request() {
  std::string out;
  std::size_t wanted = std::string::npos; // until the head is whole
  while (wanted == std::string::npos || out.size() < wanted) {
    std::array<char, 4096> piece{};
    const auto n = ::recv(fd_, piece.data(), piece.size(), 0);
    if (n <= 0)
      return {};
    out.append(piece.data(), static_cast<std::size_t>(n));
    const auto head = out.find("\r\n\r\n");
    if (wanted != std::string::npos || head == std::string::npos)
      continue;
    constexpr std::string_view field = "Content-Length: ";
    const auto length = out.find(field);
    wanted = head + 4;
    if (length < head)
      wanted += std::stoul(out.substr(length + field.size()));
  }
  return out;
}

bool scripted_connection::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto n = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n <= 0)
      return false;
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

bool scripted_connection::answer(int status, std::string_view body) {
  return write("HTTP/1.1 " + std::to_string(status)
               + " X\r\nContent-Type: application/json\r\nContent-Length: "
               + std::to_string(body.size()) + "\r\n\r\n" + std::string{body});
}

bool scripted_connection::begin_chunks(int status) {
  return write("HTTP/1.1 " + std::to_string(status) + " X\r\nTransfer-Encoding: chunked\r\n\r\n");
}

bool scripted_connection::chunk(std::string_view bytes) {
  std::array<char, 20> size{};
  const auto n = std::snprintf(size.data(), size.size(), "%zx\r\n", bytes.size());
  return write({size.data(), static_cast<std::size_t>(n)}) && write(bytes) && write("\r\n");
}

void scripted_connection::hold() {
  char byte = 0;
  while (::recv(fd_, &byte, 1, 0) > 0) {}
}

void scripted_connection::cut() {
  ::shutdown(fd_, SHUT_RDWR);
}

scripted_server::scripted_server(script how) : how_(std::move(how)) {
  auto pattern = (std::filesystem::temp_directory_path() / "copal-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr)
    throw std::runtime_error("no temporary folder");
  folder_ = pattern;
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path().copy(address.sun_path, sizeof address.sun_path - 1);
  listener_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (::bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0
      || ::listen(listener_, 64) != 0)
    throw std::runtime_error("no socket");
  acceptor_ = std::thread{[this] { serve(); }};
}

scripted_server::~scripted_server() {
  ending_ = true;
  ::shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  cut_all();
  for (auto& x : threads_)
    x.join();
  ::close(listener_);
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

void scripted_server::serve() {
  while (!ending_) {
    const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0)
      continue;
    ++accepted_;
    const std::lock_guard lock{guard_};
    auto& connection = open_.emplace_back(fd);
    threads_.emplace_back([this, &connection] {
      how_(connection);
      connection.cut();
    });
  }
}

void scripted_server::cut_all() {
  const std::lock_guard lock{guard_};
  for (auto& x : open_)
    x.cut();
}

std::string first_words(const std::string& request) {
  return request.substr(0, request.find(" HTTP/"));
}

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define COPAL_SANITIZED
#endif
#elif defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define COPAL_SANITIZED
#endif

std::size_t resident_bytes() {
#ifdef COPAL_SANITIZED
  return 0;
#else
  std::ifstream file{"/proc/self/statm"};
  std::size_t total = 0;
  std::size_t resident = 0;
  file >> total >> resident;
  return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
#endif
}

} // namespace copal::test
