// What services get when they ask for it by label.

#include "tests/integration/support/device.hpp"
#include "tests/integration/support/program.hpp"
#include "tests/integration/support/suite.hpp"

#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>

#include <doctest/doctest.h>

using namespace copal::test;
using nlohmann::json;

namespace {

/// What a bridge of the engine's network namespace has for addresses.
std::string addresses_of(const std::string& bridge) {
  const auto folder = std::filesystem::path{shared_engine().folder()}.filename().string();
  program ip{
    {"/usr/sbin/ip", "-n", folder.substr(0, folder.find('.')), "-4", "addr", "show", bridge}};
  ip.let_run(std::chrono::seconds{10});
  std::string out;
  for (const auto& line : ip.lines())
    out += line + '\n';
  return out;
}

bool has_network(device& d, const std::string& name) {
  return d.hand().get("/networks/" + name).ok();
}

bool has_volume(device& d, const std::string& name) {
  return d.hand().get("/volumes/" + name).ok();
}

json config_of(device& d) {
  json out;
  std::ifstream{d.folder() / "state" / "config.json"} >> out;
  return out;
}

} // namespace

TEST_SUITE("stories") {

  TEST_CASE("story: the supervisor's network and the firmware volume come with who asks for them") {
    device d{shared_engine()};
    wanted_app app;
    app.services = {{"db"}, {"web"}};
    REQUIRE(d.install(app));
    CHECK_FALSE(has_network(d, "supervisor0"));
    CHECK_FALSE(has_volume(d, "extra-firmware"));
    CHECK(config_of(d) == json{{"uuid", d.uuid}});
    const auto before = d.ids();

    app["web"].labels = {
      {"io.balena.features.supervisor-api", "1"}, {"io.balena.features.extra-firmware", "1"}};
    d.forget_calls();
    REQUIRE(d.change(app));
    CHECK(
      d.changes()
      == "connect web to supervisor0; create network supervisor0; create volume extra-firmware; "
         "create web; remove web; start web; stop web");
    CHECK(d.ids()["db"] == before.at("db"));
    CHECK(has_volume(d, "extra-firmware"));
    CHECK(addresses_of("supervisor0").find("inet 10.114.104.1/25 ") != std::string::npos);
    auto web = d.inspect("web");
    CHECK(web["NetworkSettings"]["Networks"].contains("supervisor0"));
    CHECK(web["Config"]["Env"].dump().find("BALENA_SUPERVISOR_ADDRESS=http://10.114.104.1:")
          != std::string::npos);
    CHECK(web["Mounts"].dump().find("/extra-firmware") != std::string::npos);
    // The OS is told of it in config.json, where all else stays.
    CHECK(
      config_of(d)
      == json{{"uuid", d.uuid}, {"os", {{"kernel", {{"extraFirmwareVol", "extra-firmware"}}}}}});

    REQUIRE(d.stop() == 0);
    d.forget_calls();
    d.start();
    REQUIRE(d.reached());
    CHECK(d.changes() == "");
  }

  TEST_CASE("story: a supervisor network with a wrong address is made anew, its users with it") {
    device d{shared_engine()};
    wanted_app app;
    app.services = {{"db"}, {"web"}};
    app["web"].labels = {{"io.balena.features.supervisor-api", "1"}};
    REQUIRE(d.install(app));
    const auto before = d.ids();
    REQUIRE(d.stop() == 0);
    REQUIRE(d.hand()
              .post("/networks/supervisor0/disconnect",
                {{"Container", before.at("web")}, {"Force", true}})
              .ok());
    REQUIRE(d.hand().remove("/networks/supervisor0").ok());
    REQUIRE(d.hand().post("/networks/create", {{"Name", "supervisor0"}}).ok());
    d.start();
    REQUIRE(d.reached());
    CHECK(addresses_of("supervisor0").find("inet 10.114.104.1/25 ") != std::string::npos);
    CHECK(d.ids()["db"] == before.at("db"));
    CHECK(d.inspect("web")["NetworkSettings"]["Networks"].contains("supervisor0"));
  }

} // TEST_SUITE
