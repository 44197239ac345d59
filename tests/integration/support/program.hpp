#pragma once

#include "tests/integration/support/sockets.hpp"

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <sys/types.h>

namespace copal::test {

/// A program that runs beside the test, with what it says. Killed at the end of its life.
class program {
public:
  /// The first argument is the program's path. `environment` (`NAME=value`) is added to ours.
  /// Unless it names a system bus, the program finds none.
  explicit program(
    const std::vector<std::string>& arguments, const std::vector<std::string>& environment = {});
  ~program();
  program(const program&) = delete;
  program& operator=(const program&) = delete;

  /// SIGTERM; its exit code, -1 when a signal ended it or it did not end within the limit (it is
  /// killed then).
  int end(std::chrono::seconds limit = std::chrono::seconds{15});
  /// SIGKILL.
  void kill();
  [[nodiscard]] bool runs();
  [[nodiscard]] pid_t id() const { return id_; }

  /// How much it has said so far: a place to look from later.
  [[nodiscard]] std::size_t said();
  /// What it said from a place on.
  [[nodiscard]] std::vector<std::string> lines(std::size_t from = 0);
  [[nodiscard]] bool has_said(std::string_view words, std::size_t from = 0);
  /// Until it says these words, at or after a place. False when it ends or takes too long.
  bool wait_for(std::string_view words, std::size_t from, std::chrono::seconds limit);

  /// Until a condition holds. Looked at whenever the program says something, and often.
  bool wait_until(const std::function<bool()>& done, std::chrono::seconds limit);

  /// Lets it run for so long, or until it ends.
  void let_run(std::chrono::milliseconds time);

private:
  void listen();
  int collect();

  pid_t id_ = -1;
  descriptor output_;
  std::mutex guard_;
  std::condition_variable more_;
  std::vector<std::string> lines_;
  bool ended_ = false;
  std::thread listener_;
};

} // namespace copal::test
