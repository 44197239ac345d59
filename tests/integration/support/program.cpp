#include "tests/integration/support/program.hpp"

#include <algorithm>
#include <array>
#include <csignal>
#include <stdexcept>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace copal::test {

namespace {

using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;

/// How long a condition that changes unheard may go unseen.
constexpr std::chrono::milliseconds look_every = 20ms;

/// Whatever a test asks of Copal, the machine that it runs on is not rebooted: where the system bus
/// is said to be, there can be none.
constexpr std::string_view system_bus = "DBUS_SYSTEM_BUS_ADDRESS=";
constexpr const char* no_system_bus =
  "DBUS_SYSTEM_BUS_ADDRESS=unix:path=/dev/null/no-bus-for-tests";

/// Ours with these before it; the first of a name counts. No system bus but one that is named
/// there.
std::vector<char*> environment_with(const std::vector<std::string>& more) {
  const auto names_bus = [](std::string_view one) { return one.starts_with(system_bus); };
  std::vector<char*> out;
  // const_cast: posix_spawn's signature; not written to
  for (const auto& one : more)
    out.push_back(const_cast<char*>(one.c_str()));
  if (std::none_of(more.begin(), more.end(), names_bus))
    out.push_back(const_cast<char*>(no_system_bus));
  for (auto** one = environ; *one != nullptr; ++one) {
    if (!names_bus(*one))
      out.push_back(*one);
  }
  out.push_back(nullptr);
  return out;
}

bool contains(const std::vector<std::string>& lines, std::string_view words, std::size_t from) {
  for (auto i = from; i < lines.size(); ++i) {
    if (lines[i].find(words) != std::string::npos)
      return true;
  }
  return false;
}

} // namespace

program::program(
  const std::vector<std::string>& arguments, const std::vector<std::string>& environment) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0)
    throw std::runtime_error("pipe2 failed");
  output_ = descriptor{ends[0]};
  const descriptor theirs{ends[1]};
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, ends[1], STDERR_FILENO);
  std::vector<char*> argv;
  argv.reserve(arguments.size() + 1);
  for (const auto& argument : arguments)
    argv.push_back(const_cast<char*>(argument.c_str())); // posix_spawn's signature; not written to
  argv.push_back(nullptr);
  const auto envp = environment_with(environment);
  const int outcome = ::posix_spawn(&id_, argv[0], &actions, nullptr, argv.data(), envp.data());
  ::posix_spawn_file_actions_destroy(&actions);
  if (outcome != 0)
    throw std::runtime_error("cannot start " + arguments.front());
  listener_ = std::thread{[this] { listen(); }};
}

program::~program() {
  kill();
  listener_.join();
}

void program::listen() {
  std::string unread;
  char piece[4096];
  for (;;) {
    const auto n = ::read(output_.get(), piece, sizeof piece);
    const std::lock_guard lock{guard_};
    if (n <= 0) {
      ended_ = true;
      more_.notify_all();
      return;
    }
    unread.append(piece, static_cast<std::size_t>(n));
    for (auto end = unread.find('\n'); end != std::string::npos; end = unread.find('\n')) {
      lines_.push_back(unread.substr(0, end));
      unread.erase(0, end + 1);
    }
    more_.notify_all();
  }
}

int program::collect() {
  if (id_ <= 0)
    return -1;
  int status = 0;
  ::waitpid(id_, &status, 0);
  id_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

int program::end(std::chrono::seconds limit) {
  if (id_ <= 0)
    return -1;
  ::kill(id_, SIGTERM);
  // Its output closes when it ends: it starts no program of its own.
  std::unique_lock lock{guard_};
  if (!more_.wait_for(lock, limit, [this] { return ended_; }))
    ::kill(id_, SIGKILL);
  lock.unlock();
  return collect();
}

void program::kill() {
  if (id_ > 0)
    ::kill(id_, SIGKILL);
  static_cast<void>(collect());
}

bool program::runs() {
  const std::lock_guard lock{guard_};
  return id_ > 0 && !ended_;
}

std::size_t program::said() {
  const std::lock_guard lock{guard_};
  return lines_.size();
}

std::vector<std::string> program::lines(std::size_t from) {
  const std::lock_guard lock{guard_};
  return {
    lines_.begin() + static_cast<std::ptrdiff_t>(std::min(from, lines_.size())), lines_.end()};
}

bool program::has_said(std::string_view words, std::size_t from) {
  const std::lock_guard lock{guard_};
  return contains(lines_, words, from);
}

bool program::wait_for(std::string_view words, std::size_t from, std::chrono::seconds limit) {
  std::unique_lock lock{guard_};
  more_.wait_for(lock, limit, [&] { return ended_ || contains(lines_, words, from); });
  return contains(lines_, words, from);
}

bool program::wait_until(const std::function<bool()>& done, std::chrono::seconds limit) {
  const auto deadline = clock::now() + limit;
  while (!done()) {
    if (clock::now() > deadline)
      return false;
    std::unique_lock lock{guard_};
    more_.wait_for(lock, look_every);
  }
  return true;
}

void program::let_run(std::chrono::milliseconds time) {
  std::unique_lock lock{guard_};
  more_.wait_for(lock, time, [this] { return ended_; });
}

} // namespace copal::test
