// What the supervisor says when it is asked why.

#include "tests/integration/support/device.hpp"
#include "tests/integration/support/program.hpp"
#include "tests/integration/support/suite.hpp"

#include <chrono>
#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace copal::test;

namespace {

/// What `copal explain` prints.
std::string explain(device& d, const std::vector<std::string>& more, int expected_code) {
  std::vector<std::string> arguments{
    COPAL_PROGRAM, "explain", "--state-dir=" + d.store().parent_path().string()};
  arguments.insert(arguments.end(), more.begin(), more.end());
  program asked{arguments};
  asked.wait_until([&asked] { return !asked.runs(); }, std::chrono::seconds{20});
  CHECK(asked.end() == expected_code);
  std::string said;
  for (const auto& line : asked.lines())
    said += line + '\n';
  return said;
}

} // namespace

TEST_SUITE("stories") {
  TEST_CASE("story: `copal explain` tells the one reason, and when nothing is wrong") {
    device d{shared_engine()};
    wanted_app app;
    app.services = {{"db"}, {"web"}};
    REQUIRE(d.install(app));
    CHECK(explain(d, {}, 0) == "The device is at its target.\n");

    app["web"].image = "test/nowhere:1";
    d.want(app);
    REQUIRE(d.running().wait_for("fetching ", d.mark(), std::chrono::seconds{60}));
    const auto told = explain(d, {}, 3);
    CHECK(told.find("web (app ") == 0);
    CHECK(told.find("waits for: back-off: fetch ") != std::string::npos);
    CHECK(told.find("test/nowhere:1 failed") != std::string::npos);
    CHECK(told.find("next try at 20") != std::string::npos);
    const auto answer = nlohmann::json::parse(explain(d, {"--json"}, 3));
    CHECK(answer["status"] == "success");
    CHECK(answer["services"][0]["serviceName"] == "web");
    CHECK(answer["services"][0]["attempts"].size() >= 1);

    app["web"].image = "test/base:1";
    REQUIRE(d.change(app));
    CHECK(explain(d, {}, 0) == "The device is at its target.\n");
    REQUIRE(d.stop() == 0);
    CHECK(explain(d, {}, 1).find("is `copal run` running") != std::string::npos);
  }
}
