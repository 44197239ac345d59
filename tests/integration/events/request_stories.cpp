// What people ask beside the target: `copal apps`, through the local API.

#include "tests/integration/support/device.hpp"
#include "tests/integration/support/program.hpp"
#include "tests/integration/support/suite.hpp"

#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace copal::test;

namespace {

struct outcome {
  int code = 0;
  std::string said;
};

/// `copal apps ...` to its end.
outcome apps(device& d, std::vector<std::string> words) {
  words.insert(words.begin(), {COPAL_PROGRAM, "apps"});
  words.push_back("--state-dir=" + d.store().parent_path().string());
  program asked{words};
  asked.wait_until([&asked] { return !asked.runs(); }, std::chrono::seconds{120});
  outcome out;
  out.code = asked.end();
  for (const auto& line : asked.lines())
    out.said += line;
  return out;
}

/// Two services; `web` has a volume.
wanted_app shop() {
  wanted_app app;
  app.services = {{"db"}, {"web"}};
  app.volumes = {{"data", nlohmann::json::object()}};
  app["web"].composition = {{"volumes", {"data:/data"}}, {"restart", "always"}};
  return app;
}

/// The file in the volume, as the engine's host sees it.
std::filesystem::path in_volume(device& d, const std::string& file) {
  const auto told = d.hand().get("/volumes/7_data");
  REQUIRE(told.ok());
  return std::filesystem::path{told.body["Mountpoint"].get<std::string>()} / file;
}

void put_file(const std::filesystem::path& path) {
  std::ofstream{path} << "something to lose\n";
}

} // namespace

TEST_SUITE("stories") {

  TEST_CASE("story: a service that was stopped by request stands still until it is started") {
    device d{shared_engine()};
    const auto app = shop();
    REQUIRE(d.install(app));
    const auto before = d.ids();
    CHECK(apps(d, {"stop", "web"}).code == 0);
    REQUIRE(d.eventually([&d] { return !d.runs("web"); }));
    CHECK(d.runs("db"));
    // Not healed, and not started by a new process either; the target is the same.
    REQUIRE(d.stop() == 0);
    d.forget_calls();
    d.start();
    REQUIRE(d.reached());
    d.running().let_run(std::chrono::seconds{3});
    CHECK_FALSE(d.runs("web"));
    CHECK(d.changes() == "");
    CHECK(apps(d, {"start", "web"}).code == 0);
    CHECK(d.runs("web"));
    CHECK(d.ids() == before);
    CHECK(d.changes() == "start web");
    CHECK(apps(d, {"start", "web"}).code == 0); // No error, and nothing done.
    CHECK(d.changes() == "start web");
  }

  TEST_CASE("story: a stop ends with a new release, and with the engine") {
    device d{shared_engine()};
    auto app = shop();
    REQUIRE(d.install(app));
    REQUIRE(apps(d, {"stop", "web"}).code == 0);
    REQUIRE(d.eventually([&d] { return !d.runs("web"); }));
    app.commit = "c71";
    app.release = 71;
    REQUIRE(d.change(app));
    CHECK(d.eventually([&d] { return d.runs("web"); }));

    REQUIRE(apps(d, {"stop", "web"}).code == 0);
    REQUIRE(d.eventually([&d] { return !d.runs("web"); }));
    REQUIRE(d.engine().tell("restart"));
    CHECK(d.eventually([&d] { return d.runs("web"); }));
  }

  TEST_CASE("story: a restart makes containers anew, and keeps the data") {
    device d{shared_engine()};
    auto app = shop();
    // The engine takes longer to stop it than the local API waits for an answer.
    app["web"].composition["stop_signal"] = "SIGTERM";
    app["web"].composition["stop_grace_period"] = "7s";
    REQUIRE(d.install(app));
    const auto file = in_volume(d, "kept");
    put_file(file);
    auto before = d.ids();
    d.forget_calls();
    CHECK(apps(d, {"restart", "web"}).code == 0);
    CHECK(d.changes() == "create web; remove web; start web; stop web");
    CHECK(d.runs("web"));
    CHECK(d.ids()["web"] != before["web"]);
    CHECK(d.ids()["db"] == before["db"]);

    before = d.ids();
    CHECK(apps(d, {"restart"}).code == 0);
    CHECK(d.runs("web"));
    CHECK(d.runs("db"));
    CHECK(d.ids()["web"] != before["web"]);
    CHECK(d.ids()["db"] != before["db"]);
    CHECK(std::filesystem::exists(file));
    CHECK(apps(d, {"restart", "--app=8"}).code == 1);
    CHECK(
      apps(d, {"restart", "--app=8"}).said.find("Application with ID 8 is not in the current state")
      != std::string::npos);
  }

  TEST_CASE("story: a purge loses the app's data and nobody else's") {
    device d{shared_engine()};
    REQUIRE(d.hand().post("/volumes/create", {{"Name", "7_strange"}}).ok());
    REQUIRE(d.install(shop()));
    const auto file = in_volume(d, "lost");
    put_file(file);
    const auto before = d.ids();
    d.forget_calls();
    CHECK(apps(d, {"purge"}).code == 0);
    CHECK(d.changes()
          == "create db; create volume data; create web; remove db; remove volume data; remove "
             "web; start db; start web; stop db; stop web");
    CHECK(d.runs("web"));
    CHECK(d.runs("db"));
    CHECK(d.ids()["web"] != before.at("web"));
    CHECK_FALSE(std::filesystem::exists(in_volume(d, "lost")));
    CHECK(d.hand().get("/volumes/7_strange").ok());
    REQUIRE(d.hand().remove("/volumes/7_strange").ok());
  }

  TEST_CASE("story: a user's lock refuses what stops, unless it is forced") {
    device d{shared_engine()};
    REQUIRE(d.install(shop()));
    const auto lock = d.folder() / "locks" / "7" / "web" / "updates.lock";
    std::filesystem::create_directories(lock);
    const auto before = d.ids();
    const auto refused = apps(d, {"stop", "db"});
    CHECK(refused.code == 3);
    CHECK(refused.said.find("Lockfile exists for { appId: 7, service: web }") != std::string::npos);
    CHECK(apps(d, {"restart"}).code == 3);
    CHECK(apps(d, {"purge"}).code == 3);
    CHECK(d.ids() == before);
    CHECK(d.runs("db"));
    CHECK(apps(d, {"start", "db"}).code == 0);
    CHECK(apps(d, {"restart", "--force"}).code == 0);
    CHECK(d.ids()["web"] != before.at("web"));
    CHECK_FALSE(std::filesystem::exists(lock));
  }

  TEST_CASE("story: a service that asks for a reboot waits for it, and the host is told") {
    device d{shared_engine()};
    auto app = shop();
    app["web"].labels = {{"io.balena.update.requires-reboot", "1"}};
    d.want(app);
    d.start();
    REQUIRE(d.eventually([&d] { return d.runs("db") && d.ids().contains("web"); }));
    const auto flag = d.folder() / "reboot-after-apply";
    REQUIRE(d.eventually([&flag] { return std::filesystem::exists(flag); }));
    d.running().let_run(std::chrono::seconds{2});
    CHECK_FALSE(d.runs("web"));
    CHECK(d.inspect("web")["State"]["Status"] == "created");
    const auto told = apps(d, {"start", "web"});
    CHECK(told.code == 1);
    CHECK(told.said.find("rebooted") != std::string::npos);
  }
}
