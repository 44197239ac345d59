// What must not be seen by those who read the log.

#include "tests/integration/support/device.hpp"
#include "tests/integration/support/suite.hpp"

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace copal::test;

namespace {

/// The value of a variable in a container, by its name and an equals sign.
std::string variable_of(device& d, const std::string& service, const std::string& begins) {
  const auto shown = d.inspect(service);
  for (const auto& one : shown["Config"]["Env"]) {
    const auto text = one.get<std::string>();
    if (text.rfind(begins, 0) == 0)
      return text.substr(begins.size());
  }
  return {};
}

} // namespace

TEST_SUITE("stories") {

  TEST_CASE("story: no secret is in the log, at any level") {
    device d{shared_engine()};
    d.log_level = "trace";
    nlohmann::json config;
    std::ifstream{d.folder() / "state" / "config.json"} >> config;
    config["deviceApiKey"] = "canary-device-key";
    std::ofstream{d.folder() / "state" / "config.json"} << config;
    wanted_app app;
    app.services = {{"web"}};
    app["web"].environment = {{"PASSWORD", "canary-one"}};
    app["web"].labels = {
      {"io.balena.features.supervisor-api", "1"}, {"io.balena.features.balena-api", "1"}};
    REQUIRE(d.install(app));
    // The canaries are really there, and so is what looks out for them.
    CHECK(variable_of(d, "web", "PASSWORD=") == "canary-one");
    CHECK(variable_of(d, "web", "BALENA_API_KEY=") == "canary-device-key");
    const auto key = variable_of(d, "web", "BALENA_SUPERVISOR_API_KEY=");
    CHECK(key.size() == 32);
    const auto first = d.log();
    CHECK(first.find("POST /v1.") != std::string::npos);

    app["web"].environment = {{"PASSWORD", "canary-two"}};
    REQUIRE(d.change(app));
    d.hand().remove("/containers/" + d.ids().at("web") + "?force=1");
    REQUIRE(d.eventually([&d] { return d.runs("web"); }));
    app["web"].composition = {{"privileged", "canary-three"}};
    d.want(app);
    REQUIRE(d.running().wait_for("error", 0, std::chrono::seconds{30}));
    const auto all = first + d.log();
    CHECK(all.find("canary-one") == std::string::npos);
    CHECK(all.find("canary-two") == std::string::npos);
    CHECK(all.find("canary-device-key") == std::string::npos);
    CHECK(all.find(key) == std::string::npos);
  }

  TEST_CASE("story: a private image is fetched with a login, which no log shows") {
    device d{shared_engine()};
    d.log_level = "trace";
    d.registry = d.engine().private_registry();
    wanted_app app;
    app.services = {{"web"}};
    d.want(app);
    d.start();
    // Without a login: the log says what is wrong.
    REQUIRE(d.running().wait_for("failed", 0, std::chrono::seconds{30}));
    CHECK(d.running().has_said("no basic auth credentials"));
    REQUIRE(d.stop() == 0);

    const auto file = d.folder() / "logins.json";
    std::ofstream{file} << nlohmann::json{
      {"auths", {{d.registry, {{"username", "copal"}, {"password", "canary-registry-password"}}}}}};
    d.options = {"--registry-auth=" + file.string()};
    d.start();
    REQUIRE(d.reached());
    CHECK(d.runs("web"));
    CHECK(d.log().find("canary-registry-password") == std::string::npos);
  }

} // TEST_SUITE
