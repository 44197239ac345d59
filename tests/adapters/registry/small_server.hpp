#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <list>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace copal::test {

/// A server on loopback that does what a test tells it, over plain HTTP; whoever begins with TLS is
/// hung up on. The script runs for each request, on a thread of its connection.
class small_server {
public:
  /// Sends what it likes to the socket; false: hangs up.
  using script = std::function<bool(int fd, const std::string& request)>;
  explicit small_server(script how);
  ~small_server();
  small_server(const small_server&) = delete;
  small_server& operator=(const small_server&) = delete;

  /// `127.0.0.1:PORT`
  [[nodiscard]] std::string host() const { return "127.0.0.1:" + std::to_string(port_); }
  [[nodiscard]] bool ending() const { return ending_; }

private:
  void serve();
  void talk(int fd);

  script how_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<bool> ending_{false};
  std::mutex guard_;
  std::vector<int> open_;
  std::list<std::thread> threads_;
  std::thread acceptor_;
};

/// All of it goes; false when the other side is gone.
bool send_text(int fd, std::string_view bytes);
/// Says nothing until the other side lets go; false.
bool hold(int fd);
/// A whole answer; `more` are header lines, each with its end of line.
bool send_answer(int fd, int status, std::string_view body, std::string_view more = {});

} // namespace copal::test
