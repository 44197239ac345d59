// What a service's own lock does to its update. Source: spec/device-api.md §7.

#include "tests/integration/support/device.hpp"
#include "tests/integration/support/local_api.hpp"
#include "tests/integration/support/program.hpp"
#include "tests/integration/support/suite.hpp"

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>

#include <doctest/doctest.h>
#include <fcntl.h>
#include <nlohmann/json.hpp>

using namespace copal::test;
using namespace std::chrono_literals;

namespace {

namespace fs = std::filesystem;

/// One service that takes its lock when it starts, if nobody has it, and keeps it.
wanted_app locking_app() {
  wanted_app app;
  app.services = {{"db"}, {"web"}};
  app["web"].composition = {{"command",
    {"/bin/busybox",
      "sh",
      "-c",
      "set -C; true > /tmp/balena/updates.lock; exec /bin/busybox sleep 100000"}}};
  return app;
}

fs::path folder_of(const device& d, const std::string& service) {
  return d.folder() / "locks" / "7" / service;
}

fs::path lock_of(const device& d) {
  return folder_of(d, "web") / "updates.lock";
}

/// The lock is the service's own: it runs as root, and our files belong to nobody.
bool web_holds(const device& d) {
  std::error_code failed;
  return fs::exists(lock_of(d), failed) && !fs::exists(folder_of(d, "web") / "resin-updates.lock");
}

/// The answer's body.
nlohmann::json ask(device& d,
  const std::string& method,
  const std::string& path,
  const nlohmann::json& body = nullptr) {
  const auto answer = ask_api(d, method, path, body);
  CAPTURE(answer.text);
  REQUIRE(answer.status / 100 == 2);
  return answer.text.empty() ? nlohmann::json{} : nlohmann::json::parse(answer.text);
}

/// `web` has taken its lock, and an update of it to one that takes none waits, with the next try
/// some seconds away.
void make_wait(device& d, wanted_app& app) {
  REQUIRE(d.install(app));
  REQUIRE(d.eventually([&d] { return web_holds(d); }, 20s));
  app["web"].composition = {};
  app["web"].environment["COLOUR"] = "blue";
  d.want(app);
  REQUIRE(d.running().wait_for("Updates are locked, retrying in ", d.mark(), 60s));
  CHECK(d.running().has_said("Lockfile exists for { appId: 7, service: web }", d.mark()));
  d.running().let_run(8s);
  CHECK_FALSE(d.running().has_said("kill web", d.mark()));
}

} // namespace

TEST_SUITE("stories") {
  TEST_CASE("story: a service's lock holds its update back, which goes on when it is released") {
    device d{shared_engine()};
    auto app = locking_app();
    make_wait(d, app);
    const auto before = d.ids();

    const auto told = ask(d, "GET", "/v2/explain");
    REQUIRE(told["locks"].size() == 1);
    const auto& lock = told["locks"][0];
    CHECK(lock["holder"] == "user");
    CHECK(lock["serviceName"] == "web");
    CHECK(lock["path"] == lock_of(d).string());
    CHECK(lock["uid"] == 0);
    CHECK(lock["since"].get<std::string>().starts_with("20"));
    CHECK(told["services"][0]["waitsFor"] == "lock");
    CHECK(told["services"][0]["locks"] == told["locks"]);

    const auto from = d.running().said();
    const auto released = std::chrono::steady_clock::now();
    REQUIRE(fs::remove(lock_of(d)));
    REQUIRE(d.running().wait_for("kill web", from, 10s));
    const std::chrono::duration<double, std::milli> took =
      std::chrono::steady_clock::now() - released;
    std::printf("locks: from the release to the first step %.1f ms\n", took.count());
    CHECK(took < 4s); // the next try is later
    REQUIRE(d.reached());
    CHECK(d.ids()["web"] != before.at("web"));
    CHECK(d.ids()["db"] == before.at("db"));
    CHECK_FALSE(fs::exists(folder_of(d, "db") / "updates.lock"));
    CHECK(ask(d, "GET", "/v2/explain")["locks"].empty());
    // A lock is seen also while nothing waits for it.
    std::ofstream{lock_of(d)} << "at rest";
    const auto at_rest = ask(d, "GET", "/v2/explain");
    CHECK(at_rest["services"].empty());
    REQUIRE(at_rest["locks"].size() == 1);
    CHECK(at_rest["locks"][0]["path"] == lock_of(d).string());
  }

  TEST_CASE("spec 12.52: force reaches an update that waits for a lock on a real device") {
    device d{shared_engine()};
    auto app = locking_app();
    make_wait(d, app);
    const auto before = d.ids();
    ask(d, "POST", "/v1/update", {{"force", true}});
    REQUIRE(d.reached(60s));
    CHECK(d.ids()["web"] != before.at("web"));
    CHECK(d.inspect("web")["Config"]["Env"].dump().find("COLOUR=blue") != std::string::npos);
  }

  TEST_CASE("story: what is killed while its update waits for a lock runs again as it was") {
    device d{shared_engine()};
    auto app = locking_app();
    make_wait(d, app);
    const auto before = d.ids();
    REQUIRE(d.hand().post("/containers/" + before.at("web") + "/kill").ok());
    CHECK(d.eventually([&d] { return d.runs("web"); }, 30s));
    CHECK(d.ids() == before);
    CHECK(d.running().has_said("and is not replaced yet", d.mark()));
    REQUIRE(fs::remove(lock_of(d)));
    REQUIRE(d.reached());
    CHECK(d.ids()["web"] != before.at("web"));
  }

  TEST_CASE("story: a lock that cannot be deleted keeps a forced update waiting, which says so") {
    device d{shared_engine()};
    wanted_app app;
    app.services = {{"web"}};
    REQUIRE(d.install(app));
    const auto before = d.ids();
    fs::create_directories(lock_of(d) / "something");
    app["web"].environment["COLOUR"] = "blue";
    d.want(app);
    REQUIRE(d.running().wait_for("Updates are locked, retrying in ", d.mark(), 60s));
    ask(d, "POST", "/v1/update", {{"force", true}});
    REQUIRE(d.running().wait_for("which cannot be deleted", d.mark(), 60s));
    d.running().let_run(5s);
    const auto log = d.log();
    std::size_t takes = 0;
    for (auto at = log.find("takeLock ("); at != std::string::npos;
         at = log.find("takeLock (", at + 1))
      ++takes;
    CHECK(takes < 40); // Two lines for each try.
    CHECK(d.ids() == before);
    fs::remove_all(lock_of(d));
    REQUIRE(d.reached());
    CHECK(d.ids()["web"] != before.at("web"));
  }

  TEST_CASE("story: nobody can take a lock between the last look and the stop") {
    device d{shared_engine()};
    wanted_app app;
    app.services = {{"web"}};
    app["web"].composition = {{"stop_signal", "SIGTERM"}, {"stop_grace_period", "4s"}};
    REQUIRE(d.install(app));
    const auto lock = lock_of(d);
    CHECK_FALSE(fs::exists(lock));
    app["web"].environment["COLOUR"] = "blue";
    d.want(app);
    REQUIRE(d.running().wait_for("kill web", d.mark(), 60s));
    const descriptor taken{::open(lock.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644)};
    CHECK_FALSE(taken);
    CHECK(fs::exists(folder_of(d, "web") / "resin-updates.lock"));
    REQUIRE(d.reached());
    const auto given_back = [&lock] { return !fs::exists(lock); };
    CHECK(d.eventually(given_back, 20s));
    const descriptor now{::open(lock.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644)};
    CHECK(now);
  }
}
