#pragma once

#include "tests/integration/support/sockets.hpp"

#include <list>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <poll.h>

namespace copal::test {

/// One call to the engine as it went over the socket.
struct seen_call {
  std::string method;
  std::string target; ///< Without the version: `/containers/json?all=1`.
  std::string body;
};

/// Stands on a unix socket between a program and an engine, passes every byte on, and notes what
/// was asked.
class recording_proxy {
public:
  recording_proxy(const std::string& listen_at, std::string engine);
  ~recording_proxy();
  recording_proxy(const recording_proxy&) = delete;
  recording_proxy& operator=(const recording_proxy&) = delete;

  [[nodiscard]] std::size_t count();
  [[nodiscard]] std::vector<seen_call> calls(std::size_t from = 0);
  /// Names of what was created on this way: id to container or network name.
  [[nodiscard]] std::map<std::string, std::string> names();

private:
  struct pipe;
  void run();
  [[nodiscard]] std::vector<pollfd> what_to_wait_for() const;
  void accept();
  bool pass(pipe& p, bool up);
  void note_request(pipe& p, std::string_view bytes);
  void note_answer(pipe& p, std::string_view bytes);

  std::string engine_;
  descriptor door_;
  descriptor bell_read_;
  descriptor bell_;
  std::list<pipe> pipes_;
  std::mutex guard_;
  std::vector<seen_call> calls_;
  std::map<std::string, std::string> names_;
  std::thread thread_;
};

} // namespace copal::test
