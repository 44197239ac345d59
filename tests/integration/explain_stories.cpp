// What the supervisor says when it is asked why.

#include "tests/integration/support/device.hpp"
#include "tests/integration/support/suite.hpp"

#include <chrono>

#include <doctest/doctest.h>

using namespace copal::test;

TEST_SUITE("stories") {
  TEST_CASE("story: `copal explain` tells the one reason, and when nothing is wrong") {
    device d{shared_engine()};
    wanted_app app;
    app.services = {{"db"}, {"web"}};
    REQUIRE(d.install(app));
    CHECK(d.explain({}, 0) == "The device is at its target.\n");

    app["web"].image = "test/nowhere:1";
    d.want(app);
    REQUIRE(d.running().wait_for("fetching ", d.mark(), std::chrono::seconds{60}));
    const auto told = d.explain({}, 3);
    CHECK(told.find("web (app ") == 0);
    CHECK(told.find("waits for: back-off: fetch ") != std::string::npos);
    CHECK(told.find("test/nowhere:1 failed") != std::string::npos);
    CHECK(told.find("next try at 20") != std::string::npos);
    const auto answer = nlohmann::json::parse(d.explain({"--json"}, 3));
    CHECK(answer["status"] == "success");
    CHECK(answer["services"][0]["serviceName"] == "web");
    CHECK(answer["services"][0]["attempts"].size() >= 1);

    app["web"].image = "test/base:1";
    REQUIRE(d.change(app));
    CHECK(d.explain({}, 0) == "The device is at its target.\n");
    REQUIRE(d.stop() == 0);
    CHECK(d.explain({}, 1).find("is `copal run` running") != std::string::npos);
  }
}
