// The process as a service manager and a user see it. No engine is needed.

#include "tests/integration/support/program.hpp"
#include "tests/integration/support/sockets.hpp"
#include "tests/support/temp_folder.hpp"

#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <sys/socket.h>
#include <sys/un.h>

namespace copal::test {
namespace {

using namespace std::chrono_literals;
using words = std::vector<std::string>;

/// What the service manager hears: a datagram a message, at the socket named by NOTIFY_SOCKET.
class notify_socket {
public:
  explicit notify_socket(const std::string& path)
    : socket_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un at{};
    at.sun_family = AF_UNIX;
    path.copy(at.sun_path, sizeof at.sun_path - 1);
    REQUIRE(::bind(socket_.get(), reinterpret_cast<const sockaddr*>(&at), sizeof at) == 0);
  }

  /// The next message; empty when there is none within the limit.
  std::string next(std::chrono::milliseconds limit) {
    const timeval wait{limit.count() / 1000, limit.count() % 1000 * 1000};
    ::setsockopt(socket_.get(), SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
    std::string out(256, '\0');
    const auto n = ::recv(socket_.get(), out.data(), out.size(), 0);
    out.resize(n > 0 ? static_cast<std::size_t>(n) : 0);
    return out;
  }

  /// True when it comes within the limit; others before it are passed over.
  bool comes(const std::string& message, std::chrono::milliseconds limit) {
    const auto until = std::chrono::steady_clock::now() + limit;
    while (std::chrono::steady_clock::now() < until) {
      if (next(200ms) == message)
        return true;
    }
    return false;
  }

private:
  descriptor socket_;
};

/// Folders and arguments for a program without an engine.
struct place {
  temp_folder folder;

  [[nodiscard]] std::string file(const std::string& name) const {
    return (folder.path() / name).string();
  }
  [[nodiscard]] words arguments(const words& more = {}) const {
    words out{COPAL_PROGRAM,
      "run",
      "--state-dir",
      file("state"),
      "--runtime-dir",
      file("runtime"),
      "--lock-dir",
      file("locks"),
      "--engine",
      "unix://" + file("engine.sock"),
      "--listen",
      "127.0.0.1:0"};
    out.insert(out.end(), more.begin(), more.end());
    return out;
  }
};

std::chrono::milliseconds time_of(const std::function<void()>& what) {
  const auto began = std::chrono::steady_clock::now();
  what();
  return std::chrono::duration_cast<std::chrono::milliseconds>(
    std::chrono::steady_clock::now() - began);
}

const std::string one_service = "services:\n  web:\n    image: nobody/nothing:1\n";

TEST_SUITE("process") {
  TEST_CASE("process: SIGTERM ends it in order, without an engine") {
    const place at;
    program it{at.arguments()};
    REQUIRE(it.wait_for("looking for the engine", 0, 20s));
    CHECK(it.end(10s) == 0);
    CHECK(it.has_said("ended; the containers go on"));
  }

  TEST_CASE(
    "process: SIGTERM ends it within ten seconds when the engine takes calls and never answers") {
    const place at;
    const auto engine = listen_on(at.file("engine.sock"));
    program it{at.arguments()};
    REQUIRE(it.wait_for("looking for the engine", 0, 20s));
    CHECK(it.end(10s) == 0);
  }

  TEST_CASE("process: it tells the service manager that it is ready, well, and ending") {
    const place at;
    notify_socket manager{at.file("notify")};
    program it{at.arguments(), {"NOTIFY_SOCKET=" + at.file("notify"), "WATCHDOG_USEC=4000000"}};
    CHECK(manager.comes("READY=1", 20s));
    CHECK(manager.comes("WATCHDOG=1", 10s));
    // Once per half period: between two there are about two seconds.
    const auto between = time_of([&] { CHECK(manager.comes("WATCHDOG=1", 10s)); });
    CHECK(between >= 1s);
    CHECK(between <= 10s);
    CHECK(it.end(10s) == 0);
    CHECK(manager.comes("STOPPING=1", 5s));
  }

  TEST_CASE("process: a part that hangs gets no watchdog fed, and does not keep the end up") {
    const place at;
    notify_socket manager{at.file("notify")};
    std::ofstream{at.file("app.yaml")} << one_service;
    const std::string stuck_disk = STUCK_DISK;
    program it{at.arguments({"--compose", at.file("app.yaml")}),
      {"NOTIFY_SOCKET=" + at.file("notify"),
        "WATCHDOG_USEC=2000000",
        "LD_PRELOAD=" + stuck_disk,
        "ASAN_OPTIONS=verify_asan_link_order=0", // else it wants to be the first library
        "COPAL_TEST_STUCK_DISK=" + at.file("stuck")}};
    REQUIRE(manager.comes("READY=1", 20s));
    REQUIRE(manager.comes("WATCHDOG=1", 10s));
    std::ofstream{at.file("stuck")} << "";
    std::ofstream{at.file("new.yaml")} << one_service << "    environment: [A=1]\n";
    std::filesystem::rename(at.file("new.yaml"), at.file("app.yaml"));
    REQUIRE(it.wait_for("part 'store' hangs", 0, 20s));
    while (manager.next(100ms) == "WATCHDOG=1") {}
    CHECK_FALSE(manager.comes("WATCHDOG=1", 4s));
    CHECK(it.end(10s) == 69);
    CHECK(it.has_said("not everything ended in time"));
  }

  TEST_CASE("process: without its file it does not start, and says so") {
    const place at;
    program it{at.arguments({"--compose", at.file("none.yaml")})};
    REQUIRE(it.wait_for("none.yaml: there is no such file", 0, 20s));
    CHECK(it.end(10s) == 1);
  }

  TEST_CASE("process: a second one on the same state is refused") {
    const place at;
    program first{at.arguments()};
    REQUIRE(first.wait_for("looking for the engine", 0, 20s));
    program second{at.arguments()};
    CHECK(second.wait_for("is used by another Copal, process ", 0, 20s));
    CHECK(second.end(10s) == 1);
    CHECK(first.end(10s) == 0);
  }

  TEST_CASE("process: kill -9 and a new start find the same device") {
    const place at;
    std::string device;
    for (int i = 0; i < 2; ++i) {
      program it{at.arguments()};
      REQUIRE(it.wait_for("looking for the engine", 0, 20s));
      const auto first = it.lines().front();
      const auto named = first.substr(first.find("on device "));
      CHECK((device.empty() || device == named));
      device = named;
      it.kill();
    }
  }
}

} // namespace
} // namespace copal::test
