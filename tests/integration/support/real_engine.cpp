#include "tests/integration/support/real_engine.hpp"

#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

namespace copal::test {

namespace {

constexpr auto sandbox = "tests/integration/support/engine_sandbox";
constexpr std::chrono::seconds start_within{180};
constexpr std::chrono::seconds command_within{200};

} // namespace

result<std::unique_ptr<real_engine>> real_engine::start() {
  return start(sandbox);
}

result<std::unique_ptr<real_engine>> real_engine::start(const std::string& script) {
  std::unique_ptr<real_engine> out{new real_engine};
  if (auto begun = out->begin(script); !begun)
    return fail(std::move(begun.error()));
  return out;
}

result<void> real_engine::begin(const std::string& script) {
  int down[2] = {-1, -1};
  int up[2] = {-1, -1};
  if (::pipe2(down, O_CLOEXEC) != 0 || ::pipe2(up, O_CLOEXEC) != 0)
    return fail(errc::unavailable, "no pipes");
  script_ = ::fork();
  if (script_ == 0) {
    ::setsid(); // what kills the test's process group leaves the one that cleans up
    ::dup2(down[0], STDIN_FILENO);
    ::dup2(up[1], STDOUT_FILENO);
    ::execl(script.c_str(), script.c_str(), static_cast<char*>(nullptr));
    ::_exit(127);
  }
  ::close(down[0]);
  ::close(up[1]);
  to_ = down[1];
  from_ = up[0];
  if (script_ < 0)
    return fail(errc::unavailable, "no process");
  for (;;) {
    const auto line = read_line(start_within);
    const auto equals = line.find('=');
    const auto value = equals == std::string::npos ? std::string{} : line.substr(equals + 1);
    if (line == "ready")
      return {};
    if (line.starts_with("socket="))
      socket_ = value;
    else if (line.starts_with("network="))
      network_ = value;
    else if (line.starts_with("registry="))
      registry_ = value;
    else if (line.starts_with("private="))
      private_registry_ = value;
    else if (line.starts_with("folder="))
      folder_ = value;
    else if (line.starts_with("failed="))
      return fail(errc::unavailable, value);
    else if (line.empty())
      return fail(errc::unavailable, "the sandbox said nothing; run it by hand: " + script);
  }
}

real_engine::~real_engine() {
  if (to_ >= 0)
    ::close(to_); // the script cleans up and ends
  if (from_ >= 0)
    ::close(from_);
  if (script_ > 0)
    ::waitpid(script_, nullptr, 0);
}

std::string real_engine::image(std::string_view name) const {
  return registry_ + '/' + std::string{name};
}

bool real_engine::tell(const std::string& command) {
  const auto line = command + '\n';
  if (::write(to_, line.data(), line.size()) != static_cast<ssize_t>(line.size()))
    return false;
  return read_line(command_within) == "ok";
}

/// The next line of the script; empty when it ended or took too long.
std::string real_engine::read_line(std::chrono::seconds within) {
  const auto deadline = std::chrono::steady_clock::now() + within;
  for (;;) {
    if (const auto end = unread_.find('\n'); end != std::string::npos) {
      auto line = unread_.substr(0, end);
      unread_.erase(0, end + 1);
      return line;
    }
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
      deadline - std::chrono::steady_clock::now());
    pollfd ready{from_, POLLIN, 0};
    if (left.count() <= 0 || ::poll(&ready, 1, static_cast<int>(left.count())) <= 0)
      return {};
    char piece[512];
    const auto n = ::read(from_, piece, sizeof piece);
    if (n <= 0)
      return {};
    unread_.append(piece, static_cast<std::size_t>(n));
  }
}

} // namespace copal::test
