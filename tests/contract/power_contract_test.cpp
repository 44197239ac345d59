// The edge that reboots the machine, against a real D-Bus daemon with a stand-in for logind.
// Nothing here knows where the machine's own bus is.

#define DOCTEST_CONFIG_IMPLEMENT

#include "tests/contract/power_contract.hpp"

#include "adapters/logind/logind.hpp"
#include "adapters/logind/reboot_call.hpp"
#include "adapters/loop/loop.hpp"
#include "tests/integration/support/private_bus.hpp"
#include "tests/integration/support/sockets.hpp"
#include "tests/main/variable.hpp"
#include "tests/support/live_system.hpp"
#include "tests/support/temp_folder.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <optional>
#include <stdexcept>

#include <caf/send.hpp>
#include <doctest/doctest.h>
#include <poll.h>
#include <sys/socket.h>

namespace copal::contract {

namespace {

using namespace std::chrono_literals;
using test::logind_stand_in;
using manner = logind_stand_in::manner;

/// A bus of the case's own.
struct bus_bench {
  bus_bench() {
    auto started = test::private_bus::start(folder.path());
    if (!started)
      throw std::runtime_error(started.error().what);
    bus = std::move(*started);
  }

  test::temp_folder folder;
  std::unique_ptr<test::private_bus> bus;
};

/// The edge, on threads.
class bench {
public:
  explicit bench(const std::string& address, std::chrono::milliseconds within = 20s) {
    loop_.start();
    edge_ = spawn_logind(loop_, {address, within});
  }
  ~bench() { end(); }
  bench(const bench&) = delete;
  bench& operator=(const bench&) = delete;

  result<power::accepted> reboot() {
    return test::ask<power::accepted>(*system_, edge_, power::reboot{});
  }
  /// Asks so often, does this, and gives the answers.
  template <class What>
  std::vector<result<power::accepted>> reboot(std::size_t times, What meanwhile) {
    using answer = result<power::accepted>;
    caf::scoped_actor self{*system_};
    const auto ask = [&] { return self->request(edge_, 30s, power::reboot{}); };
    std::vector<decltype(ask())> asked;
    for (std::size_t i = 0; i < times; ++i)
      asked.push_back(ask());
    meanwhile();
    std::vector<answer> out;
    for (auto& one : asked)
      one.receive([&out](const power::accepted& x) { out.emplace_back(x); },
        [&out](const caf::error& why) { out.emplace_back(fail(from_caf(why))); });
    return out;
  }
  [[nodiscard]] caf::actor_system& system() { return *system_; }
  [[nodiscard]] power_actor actor() const { return edge_; }
  bool is_alive() { return test::ask<alive>(*system_, edge_, probe{}).has_value(); }
  void end() {
    caf::scoped_actor self{*system_};
    self->send_exit(edge_, caf::exit_reason::user_shutdown);
    self->wait_for(edge_);
  }

private:
  test::live_system system_;
  loop loop_{*system_};
  supervised<power_actor> edge_;
};

/// Empty when it is an error of that code, whose text has all these words; else what it is.
std::string other_than(
  errc code, const std::vector<std::string>& words, const result<power::accepted>& outcome) {
  if (outcome)
    return "accepted";
  const auto told = to_string(outcome.error());
  const auto has = [&told](const std::string& one) { return told.find(one) != std::string::npos; };
  const auto fits = outcome.error().code == code && std::all_of(words.begin(), words.end(), has);
  return fits ? "" : told;
}

std::size_t open_sockets() {
  std::size_t out = 0;
  std::error_code gone; // the descriptor that reads the folder
  for (const auto& one : std::filesystem::directory_iterator{"/proc/self/fd"})
    out += std::filesystem::read_symlink(one.path(), gone).string().starts_with("socket:") ? 1 : 0;
  return out;
}

/// The next one who connects; none within ten seconds.
test::descriptor next_guest(const test::descriptor& listener) {
  pollfd ready{listener.get(), POLLIN, 0};
  ::poll(&ready, 1, 10'000);
  return test::descriptor{::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC)};
}

std::chrono::milliseconds time_since(std::chrono::steady_clock::time_point began) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
    std::chrono::steady_clock::now() - began);
}

TEST_SUITE("contract") {
  TEST_CASE("power: logind is asked once, not interactively, and nothing is kept open") {
    const bus_bench at;
    logind_stand_in logind{*at.bus, manner::accepts};
    bench b{at.bus->address()};
    const auto before = open_sockets();
    const auto outcome = b.reboot();
    REQUIRE_MESSAGE(outcome, outcome.error().what);
    CHECK(open_sockets() == before);
    CHECK(logind.calls() == std::vector{false});
  }

  TEST_CASE("power contract: the real one") {
    const bus_bench at;
    logind_stand_in logind{*at.bus, manner::refuses};
    bench b{at.bus->address()};
    test::check_power_contract(b.system(),
      {b.actor(),
        [&] { logind.behave(manner::accepts); },
        [&] { logind.behave(manner::refuses); },
        [&] { return logind.accepted(); }});
  }

  TEST_CASE("power: logind refuses") {
    const bus_bench at;
    logind_stand_in logind{*at.bus, manner::refuses};
    bench b{at.bus->address()};
    const auto before = open_sockets();
    CHECK(other_than(errc::unavailable,
            {at.bus->address(), "org.freedesktop.DBus.Error.AccessDenied: Permission denied"},
            b.reboot())
          == "");
    CHECK(open_sockets() == before);
    CHECK(logind.calls().size() == 1);
    logind.behave(manner::accepts);
    CHECK(b.reboot());
  }

  TEST_CASE("power: nobody is logind") {
    const bus_bench at;
    bench b{at.bus->address()};
    CHECK(
      other_than(errc::unavailable,
        {at.bus->address(), "org.freedesktop.DBus.Error.ServiceUnknown", "org.freedesktop.login1"},
        b.reboot())
      == "");
    logind_stand_in logind{*at.bus, manner::accepts};
    CHECK(b.reboot());
  }

  TEST_CASE("power: there is no bus, or none that talks") {
    const test::temp_folder folder;
    const auto path = (folder / "bus.sock").string();
    bench b{"unix:path=" + path, 300ms};
    CHECK(
      other_than(errc::unavailable, {"unix:path=" + path, "No such file or directory"}, b.reboot())
      == "");

    SUBCASE("nobody listens any more") {
      test::listen_on(path);
      CHECK(other_than(errc::unavailable, {path, "Connection refused"}, b.reboot()) == "");
    }
    SUBCASE("it takes the connection and says nothing") {
      const auto silent = test::listen_on(path);
      const auto before = open_sockets();
      const auto began = std::chrono::steady_clock::now();
      auto meanwhile_alive = false;
      const auto outcome = b.reboot(1, [&] { meanwhile_alive = b.is_alive(); }).at(0);
      CHECK(meanwhile_alive);
      CHECK(
        other_than(errc::unavailable, {path, "did not let us in within 300 ms"}, outcome) == "");
      CHECK(time_since(began) >= 300ms);
      CHECK(time_since(began) < 10s);
      CHECK(open_sockets() == before);
    }
    SUBCASE("it takes the connection and ends it") {
      const auto rude = test::listen_on(path);
      bench patient{"unix:path=" + path};
      const auto outcome = patient.reboot(1, [&rude] { next_guest(rude); });
      CHECK(
        other_than(errc::unavailable, {path, "the bus cannot be reached: "}, outcome.at(0)) == "");
    }
    SUBCASE("it does not speak D-Bus") {
      const auto other = test::listen_on(path);
      bench patient{"unix:path=" + path};
      std::string heard;
      const auto outcome = patient.reboot(1, [&] {
        const auto guest = next_guest(other);
        test::send_all(guest.get(), "HTTP/1.1 400 Bad Request\r\nServer: none\r\n\r\n");
        heard = test::read_to_end(guest.get());
      });
      CHECK(heard.find("AUTH EXTERNAL") == 1);
      CHECK(
        other_than(errc::unavailable, {path, "the bus cannot be reached: "}, outcome.at(0)) == "");
    }
    SUBCASE("the address is none") {
      bench odd{"carrier-pigeon:name=henry"};
      CHECK(other_than(errc::unavailable, {"carrier-pigeon:name=henry"}, odd.reboot()) == "");
    }
  }

  TEST_CASE("power: logind does not answer: what it does is not known") {
    const bus_bench at;
    logind_stand_in logind{*at.bus, manner::says_nothing};
    bench b{at.bus->address(), 5s};
    const auto before = open_sockets();
    auto asked = false;
    auto meanwhile_alive = false;
    const auto outcome = b.reboot(1, [&] {
      asked = logind.wait_for_calls(1, 10s);
      meanwhile_alive = b.is_alive();
    });
    CHECK(asked);
    CHECK(meanwhile_alive);
    CHECK(other_than(errc::timeout,
            {at.bus->address(), "no answer within 5 s", "it may be done all the same"},
            outcome.at(0))
          == "");
    CHECK(open_sockets() == before);
  }

  TEST_CASE("power: the bus, or logind, goes away in the middle") {
    const bus_bench at;
    std::optional<logind_stand_in> logind;
    logind.emplace(*at.bus, manner::says_nothing);
    bench b{at.bus->address()};
    auto asked = false;
    auto outcome = b.reboot(1, [&] {
      asked = logind->wait_for_calls(1, 10s);
      logind.reset();
    });
    CHECK(asked);
    CHECK(other_than(errc::timeout, {"org.freedesktop.DBus.Error.NoReply"}, outcome.at(0)) == "");

    logind.emplace(*at.bus, manner::says_nothing);
    outcome = b.reboot(1, [&] {
      asked = logind->wait_for_calls(1, 10s);
      at.bus->kill();
    });
    CHECK(asked);
    CHECK(
      other_than(errc::timeout,
        {at.bus->address(), "org.freedesktop.DBus.Error.NoReply", "it may be done all the same"},
        outcome.at(0))
      == "");
    CHECK(other_than(errc::unavailable, {at.bus->address()}, b.reboot()) == "");
  }

  TEST_CASE("power: who asks while another one waits gets the answer to the same call") {
    const bus_bench at;
    logind_stand_in logind{*at.bus, manner::accepts};
    bench b{at.bus->address()};
    for (const auto& outcome : b.reboot(3, [] {}))
      CHECK(outcome);
    const auto so_far = logind.calls().size(); // the first may be over before the second is heard
    CHECK(so_far >= 1);
    CHECK(b.reboot());
    CHECK(logind.calls().size() == so_far + 1);

    logind.behave(manner::says_nothing);
    bench hasty{at.bus->address(), 5s};
    for (const auto& outcome : hasty.reboot(2, [] {}))
      CHECK(other_than(errc::timeout, {"no answer within 5 s"}, outcome) == "");
    CHECK(logind.calls().size() == so_far + 2);
  }

  TEST_CASE("power: with its end, who waits has an answer") {
    const bus_bench at;
    logind_stand_in logind{*at.bus, manner::says_nothing};
    bench b{at.bus->address()};
    const auto before = open_sockets();
    auto asked = false;
    const auto outcome = b.reboot(1, [&] {
      asked = logind.wait_for_calls(1, 10s);
      b.end();
    });
    CHECK(asked);
    // It was asked: the machine may be going down.
    CHECK(
      other_than(errc::timeout, {at.bus->address(), "it may be done all the same"}, outcome.at(0))
      == "");
    CHECK(open_sockets() == before);
  }

  TEST_CASE("power: a call that is given up before it has begun asks nobody") {
    const bus_bench at;
    logind_stand_in logind{*at.bus, manner::accepts};
    boost::asio::io_context context;
    const auto call = copal::logind::reboot_call::begin(context, at.bus->address(), 20s);
    std::vector<result<power::accepted>> heard;
    call->hear([&heard](const result<void>& outcome) {
      if (!outcome)
        heard.emplace_back(fail(outcome.error()));
    });
    call->close();
    call->close();
    context.run();
    CHECK(call->is_over());
    REQUIRE(heard.size() == 1);
    CHECK(other_than(errc::unavailable, {at.bus->address()}, heard.front()) == "");
    CHECK(logind.calls().empty());
  }

  TEST_CASE("power: without an address it is the variable's, and a path will do") {
    const bus_bench at;
    logind_stand_in logind{*at.bus, manner::accepts};
    const test::variable named{"DBUS_SYSTEM_BUS_ADDRESS", at.bus->address().c_str()};
    bench by_variable{""};
    CHECK(by_variable.reboot());
    bench by_path{(at.folder / "bus.sock").string()};
    CHECK(by_path.reboot());
    CHECK(logind.calls().size() == 2);
  }
}

/// What `tools/test` reads of a runner that cannot run.
int skip(const std::string& why) {
  constexpr int skipped = 77;
  std::cout << "no bus can be started here: " << why << '\n'
            << "[contract] test cases: 1 | 0 passed | 0 failed | 1 skipped\n";
  return skipped;
}

} // namespace

} // namespace copal::contract

int main(int argc, char** argv) {
  using namespace copal;
  const test::temp_folder folder;
  // Whatever a case forgets, the machine's own bus is not asked.
  ::setenv("DBUS_SYSTEM_BUS_ADDRESS", ("unix:path=" + (folder / "none").string()).c_str(), 1);
  if (const auto tried = test::private_bus::start(folder.path()); !tried) {
    const char* ci = std::getenv("CI");
    if (ci == nullptr || std::string{ci} != "true")
      return contract::skip(tried.error().what);
    std::cerr << "no bus: " << tried.error().what << '\n';
    return 1;
  }
  doctest::Context context{argc, argv};
  return context.run();
}
