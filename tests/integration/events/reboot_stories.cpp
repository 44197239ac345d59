// What asks for a reboot of the machine. Source: spec/state-engine.md §5.1 (5), §5.2,
// spec/device-api.md §7. On a bus of the story's own, where somebody stands in for logind: nothing
// is ever rebooted.

#include "tests/integration/support/device.hpp"
#include "tests/integration/support/private_bus.hpp"
#include "tests/integration/support/suite.hpp"

#include <chrono>
#include <filesystem>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace copal::test;
using namespace std::chrono_literals;

namespace {

namespace fs = std::filesystem;
using manner = logind_stand_in::manner;

/// Longer than whatever is done at once takes.
constexpr auto a_while = 4s;
/// Until logind is asked: Copal waits until the machine has run for five minutes.
constexpr auto until_asked = 400s;

/// A device with a system bus of its own, and logind on it.
struct machine {
  explicit machine(manner how = manner::accepts) {
    auto started = private_bus::start(d.folder());
    if (!started)
      throw std::runtime_error(started.error().what);
    bus = std::move(*started);
    logind = std::make_unique<logind_stand_in>(*bus, how);
    d.environment = {"DBUS_SYSTEM_BUS_ADDRESS=" + bus->address()};
  }

  [[nodiscard]] fs::path flag() const { return d.folder() / "reboot-after-apply"; }
  /// The new container of `web` waits for a reboot.
  bool web_waits() {
    const auto shown = d.inspect("web");
    return fs::exists(flag()) && shown.contains("State") && shown["State"]["Status"] == "created";
  }

  device d{shared_engine()};
  std::unique_ptr<private_bus> bus;
  std::unique_ptr<logind_stand_in> logind;
};

/// A compose file with `web` and `db`; what is told of both, and of `web`.
std::string compose(device& d, const std::string& of_both, const std::string& of_web) {
  std::string out = "services:\n";
  for (const std::string name : {"db", "web"}) {
    out += "  " + name + ":\n    image: " + d.engine().image("test/base:1")
           + "\n    stop_signal: SIGKILL\n" + of_both + (name == "web" ? of_web : "");
  }
  return out;
}

const std::string asks_for_reboot = "    labels: {io.balena.update.requires-reboot: \"1\"}\n";
const std::string round_two = "    environment: [ROUND=two]\n";

bool has_variable(device& d, const std::string& service, const std::string& variable) {
  const auto shown = d.inspect(service);
  return shown.contains("Config")
         && shown["Config"]["Env"].dump().find(variable) != std::string::npos;
}

} // namespace

TEST_SUITE("stories") {

  TEST_CASE(
    "story: when all else is done, logind is asked once for the reboot that a service wants") {
    machine m;
    auto& d = m.d;
    d.want_compose(compose(d, "", ""));
    d.start();
    REQUIRE(d.reached());
    const auto before = d.ids();
    d.running().let_run(1s);
    CHECK(m.logind->calls().empty());
    CHECK_FALSE(fs::exists(m.flag()));

    d.want_compose(compose(d, round_two, asks_for_reboot));
    REQUIRE(m.logind->wait_for_calls(1, until_asked));
    CHECK(m.web_waits());
    CHECK(d.ids()["web"] != before.at("web"));
    CHECK(d.runs("db"));
    CHECK(has_variable(d, "db", "ROUND=two"));
    d.running().let_run(a_while);
    CHECK(m.logind->calls() == std::vector{false});
    CHECK(m.web_waits());
    CHECK(d.runs("db"));
    CHECK(d.stop() == 0);
  }

  TEST_CASE(
    "story: with --no-reboot the machine is not rebooted; without it the flag is remembered") {
    machine m;
    auto& d = m.d;
    d.want_compose(compose(d, "", asks_for_reboot));
    d.options = {"--no-reboot"};
    d.start();
    REQUIRE(d.eventually([&] { return d.runs("db") && m.web_waits(); }));
    d.running().let_run(a_while);
    CHECK(m.logind->calls().empty());
    REQUIRE(d.stop() == 0);

    d.options.clear();
    d.start();
    REQUIRE(m.logind->wait_for_calls(1, until_asked));
    d.running().let_run(a_while);
    CHECK(m.logind->calls().size() == 1);
  }

  TEST_CASE("story: a user's lock in any app holds the reboot back until it goes") {
    machine m;
    auto& d = m.d;
    wanted_app shop;
    shop.services = {{"db"}, {"web"}};
    wanted_app other;
    other.id = 8;
    other.uuid = "00000000000000000000000000000008";
    other.name = "other";
    other.services = {{"quiet"}};
    d.want({shop, other});
    d.start();
    REQUIRE(d.reached());
    // By root, so it is not Copal's own.
    const auto lock = d.folder() / "locks" / "8" / "quiet" / "updates.lock";
    REQUIRE(fs::exists(lock.parent_path()));
    std::ofstream{lock} << "";

    shop["web"].labels = {{"io.balena.update.requires-reboot", "1"}};
    d.want({shop, other});
    REQUIRE(d.eventually([&] { return m.web_waits(); }));
    d.running().let_run(a_while);
    CHECK(m.logind->calls().empty());
    CHECK(d.explain({}, 3).find("reboot") != std::string::npos);
    CHECK(fs::exists(lock));

    REQUIRE(fs::remove(lock));
    REQUIRE(m.logind->wait_for_calls(1, until_asked));
    d.running().let_run(a_while);
    CHECK(m.logind->calls().size() == 1);
  }

  TEST_CASE("story: a reboot that is refused is told, and asked for again") {
    machine m{manner::refuses};
    auto& d = m.d;
    d.want_compose(compose(d, "", asks_for_reboot));
    d.start();
    REQUIRE(m.logind->wait_for_calls(1, until_asked));
    CHECK(d.running().wait_for("org.freedesktop.DBus.Error.AccessDenied", 0, 60s));
    CHECK(d.running().has_said(m.bus->address()));
    m.logind->behave(manner::accepts);
    CHECK(m.logind->wait_for_calls(2, until_asked));
    CHECK(d.runs("db"));
  }
}
