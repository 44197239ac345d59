#include "tests/adapters/store/child_process.hpp"

#include <array>
#include <csignal>
#include <stdexcept>
#include <utility>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace copal::test {

child_process::child_process(const std::vector<std::string>& arguments) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0)
    throw std::runtime_error("pipe2 failed");
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  std::vector<char*> argv;
  argv.reserve(arguments.size() + 1);
  for (const auto& argument : arguments)
    argv.push_back(const_cast<char*>(argument.c_str())); // posix_spawn's signature; not written to
  argv.push_back(nullptr);
  const int outcome = ::posix_spawnp(&id_, argv[0], &actions, nullptr, argv.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  ::close(ends[1]);
  output_ = ends[0];
  if (outcome != 0) {
    id_ = -1;
    ::close(output_);
    throw std::runtime_error("cannot start " + arguments.front());
  }
}

child_process::~child_process() {
  kill();
  ::close(output_);
}

std::optional<std::string> child_process::line() {
  for (;;) {
    if (const auto end = read_.find('\n'); end != std::string::npos) {
      auto first = read_.substr(0, end);
      read_.erase(0, end + 1);
      return first;
    }
    std::array<char, 4096> buffer{};
    const auto got = ::read(output_, buffer.data(), buffer.size());
    if (got <= 0)
      return std::nullopt;
    read_.append(buffer.data(), static_cast<std::size_t>(got));
  }
}

void child_process::kill() {
  if (id_ > 0)
    ::kill(id_, SIGKILL);
  static_cast<void>(wait());
}

int child_process::wait() {
  if (id_ <= 0)
    return -1;
  int status = 0;
  ::waitpid(std::exchange(id_, -1), &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

std::string store_child_program() {
  return STORE_CHILD_PROGRAM; // set by the build
}

} // namespace copal::test
