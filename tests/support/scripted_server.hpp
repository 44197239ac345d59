#pragma once

#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <functional>
#include <list>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

namespace copal::test {

/// One client's connection, as the script sees it. Calls return false, or an empty text, when the
/// client or the server is gone.
class scripted_connection {
public:
  explicit scripted_connection(int fd) : fd_(fd) {}
  ~scripted_connection();
  scripted_connection(const scripted_connection&) = delete;
  scripted_connection& operator=(const scripted_connection&) = delete;

  /// The next request: head and body as they came.
  std::string read_request();
  bool write(std::string_view bytes);
  /// A whole answer, after which the connection stays open.
  bool answer(int status, std::string_view body);
  /// The head of an answer whose body comes in chunks.
  bool begin_chunks(int status = 200);
  bool chunk(std::string_view bytes);
  /// Holds the connection until the client lets go of it.
  void hold();
  void cut();

private:
  int fd_;
};

/// A server on a unix socket that does what a test tells it, also what no honest server does. The
/// script runs once for each connection, on a thread of its own.
class scripted_server {
public:
  using script = std::function<void(scripted_connection&)>;
  explicit scripted_server(script how);
  ~scripted_server();
  scripted_server(const scripted_server&) = delete;
  scripted_server& operator=(const scripted_server&) = delete;

  [[nodiscard]] std::string path() const { return (folder_ / "socket").string(); }
  /// Connections accepted so far.
  [[nodiscard]] int accepted() const { return accepted_; }
  /// Breaks all connections, as a server that ends; new ones are served.
  void cut_all();

private:
  void serve();

  script how_;
  std::filesystem::path folder_;
  int listener_ = -1;
  std::atomic<int> accepted_{0};
  std::atomic<bool> ending_{false};
  std::mutex guard_;
  std::list<scripted_connection> open_;
  std::list<std::thread> threads_;
  std::thread acceptor_;
};

/// `GET /v1.41/info`: method and target of a request's text.
std::string first_words(const std::string& request);

/// Memory of this process that is in use, in bytes; 0 with a sanitizer, which keeps what is freed.
std::size_t resident_bytes();

} // namespace copal::test
