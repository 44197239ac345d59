#pragma once

#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

namespace copal::test {

/// A process that a test started, with its standard output on a pipe. Killed at the end of its
/// life.
class child_process {
public:
  explicit child_process(const std::vector<std::string>& arguments);
  ~child_process();
  child_process(const child_process&) = delete;
  child_process& operator=(const child_process&) = delete;

  /// The next line it prints; absent at its end.
  std::optional<std::string> line();
  void kill();
  /// Its exit code; -1 when a signal ended it.
  int wait();

private:
  pid_t id_ = -1;
  int output_ = -1;
  std::string read_;
};

/// Where the build put the helper program of these tests.
std::string store_child_program();

} // namespace copal::test
