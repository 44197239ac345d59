// What must not be seen by those who read the log.

#include "tests/integration/support/device.hpp"
#include "tests/integration/support/program.hpp"
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
    REQUIRE(d.running().wait_for("error", 0, std::chrono::seconds{60}));
    const auto all = first + d.log();
    CHECK(all.find("canary-one") == std::string::npos);
    CHECK(all.find("canary-two") == std::string::npos);
    CHECK(all.find("canary-device-key") == std::string::npos);
    CHECK(all.find(key) == std::string::npos);
  }

  TEST_CASE("story: no secret of a file is in the log, in answers, or in what the engine shows") {
    device d{shared_engine()};
    d.log_level = "trace";
    std::ofstream{d.folder() / "key"} << "canary-file-one";
    const auto service = [&d](const std::string& name, const std::string& image) {
      return "  " + name + ":\n    image: " + d.engine().image(image)
             + "\n    stop_signal: SIGKILL\n    secrets: [key, variable]\n    configs: [conf]\n";
    };
    const std::string rest = "secrets: {key: {file: ./key}, variable: {environment: FILE_CANARY}}\n"
                             "configs: {conf: {content: canary-content}}\n";
    std::ofstream{d.folder() / ".env"} << "FILE_CANARY=canary-variable\n";
    d.want_compose("services:\n" + service("web", "test/base:1") + rest);
    d.start();
    REQUIRE(d.reached());
    std::ofstream{d.folder() / "key"} << "canary-file-two";
    // One that cannot run: what is told of it has many words.
    d.want_compose(
      "services:\n" + service("web", "test/base:1") + service("bad", "test/broken:1") + rest);
    REQUIRE(d.running().wait_for("bad exited with code", 0, std::chrono::seconds{60}));
    program asked{
      {COPAL_PROGRAM, "explain", "--json", "--state-dir", (d.folder() / "state").string()}};
    asked.let_run(std::chrono::seconds{10});
    auto all = d.log();
    REQUIRE_FALSE(asked.lines().empty());
    for (const auto& line : asked.lines())
      all += line + '\n';
    CHECK(all.find("bad") != std::string::npos);
    for (const auto* one : {"web", "bad"})
      all += d.inspect(one).dump();
    CHECK(all.find("/run/secrets/key") != std::string::npos);
    CHECK(all.find("canary-") == std::string::npos);
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
    REQUIRE(d.running().wait_for("failed", 0, std::chrono::seconds{60}));
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
