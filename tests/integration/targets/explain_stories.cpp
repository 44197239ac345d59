// What the supervisor says when it is asked why.

#include "tests/integration/support/device.hpp"
#include "tests/integration/support/suite.hpp"

#include <chrono>
#include <string>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

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
    // While it is tried again, that is what is told.
    std::string told;
    REQUIRE(d.eventually([&] {
      told = d.explain({}, 3);
      return told.find("waits for: back-off: fetch ") != std::string::npos;
    }));
    CHECK(told.find("web (app ") == 0);
    CHECK(told.find("test/nowhere:1 failed") != std::string::npos);
    CHECK(told.find("next try at 20") != std::string::npos);
    nlohmann::json answer;
    CHECK(d.eventually([&] {
      answer = nlohmann::json::parse(d.explain({"--json"}, 3));
      return !answer["services"][0]["attempts"].empty();
    }));
    CHECK(answer["status"] == "success");
    CHECK(answer["services"][0]["serviceName"] == "web");

    app["web"].image = "test/base:1";
    REQUIRE(d.change(app));
    CHECK(d.explain({}, 0) == "The device is at its target.\n");
    REQUIRE(d.stop() == 0);
    CHECK(d.explain({}, 1).find("is `copal run` running") != std::string::npos);
  }

  TEST_CASE("story: what the engine answers is told, with the last three attempts") {
    device d{shared_engine()};
    wanted_app app;
    app.services = {{"db"}, {"web"}};
    app["db"].composition = {{"cpuset", "4000"}};               // refused when it is made
    app["web"].composition = {{"command", "/no/such/program"}}; // made, and refused when it starts
    d.want(app);
    d.start();
    REQUIRE(d.running().wait_for("failed: start web", 0, std::chrono::minutes{1}));
    const auto attempts = [&d](std::size_t service) {
      const auto told = nlohmann::json::parse(d.explain({"--json"}, {}), nullptr, false);
      const auto all = told.value("services", nlohmann::json::array());
      return all.size() == 2 ? all[service].value("attempts", nlohmann::json::array())
                             : nlohmann::json::array();
    };
    // While a step is tried again there are none of it: those are kept that were seen.
    nlohmann::json seen[2];
    const auto tried = [&] {
      for (const std::size_t service : {0U, 1U}) {
        if (auto all = attempts(service); all.size() == 3)
          seen[service] = std::move(all);
      }
      return !seen[0].is_null() && !seen[1].is_null();
    };
    REQUIRE(d.eventually(tried, std::chrono::minutes{1}));
    for (const auto* doing : {"creating the container: ", "starting the container: "}) {
      CAPTURE(doing);
      CHECK(d.eventually([&] { return d.explain({}, 3).find(doing) != std::string::npos; }));
    }
    for (const std::size_t service : {0U, 1U}) {
      const auto& all = seen[service];
      CAPTURE(all.dump());
      CHECK(all.dump().find(service == 0 ? "CPUs are not available" : "/no/such/program")
            != std::string::npos);
    }
  }

  TEST_CASE("story: a compose file that is refused is told, with place, service and field") {
    device d{shared_engine()};
    const auto good = "services:\n  web:\n    image: " + d.engine().image("test/base:1")
                      + "\n    stop_signal: SIGKILL\n";
    d.want_compose(good);
    d.start();
    REQUIRE(d.reached());
    CHECK(nlohmann::json::parse(d.explain({"--json"}, 0)).count("problem") == 0);

    const auto problem = [&d](const std::string& in_the_log) {
      REQUIRE(d.running().wait_for(in_the_log, d.mark(), std::chrono::seconds{60}));
      // What stood before stands.
      const auto answer = nlohmann::json::parse(d.explain({"--json"}, 0));
      CHECK(answer["source"]["problem"] == answer["problem"]);
      CHECK(d.explain({}, 0).find("The newest target is not followed: ") == 0);
      CHECK(d.runs("web"));
      return answer["problem"].get<std::string>();
    };
    d.want_compose(good + "    colour: blue\n");
    const auto unknown = problem("colour");
    CAPTURE(unknown);
    CHECK(unknown.find("compose.yaml:5: ") != std::string::npos);
    CHECK(unknown.find("web") != std::string::npos);
    CHECK(unknown.find("colour") != std::string::npos);

    d.want_compose(good + "    command: \"x\n");
    const auto broken = problem("compose.yaml:");
    CAPTURE(broken);
    CHECK(broken.find("compose.yaml:") != std::string::npos);
    CHECK(broken.find("colour") == std::string::npos);

    d.want_compose(good);
    CHECK(d.eventually(
      [&d] { return nlohmann::json::parse(d.explain({"--json"}, {})).count("problem") == 0; }));
  }

  TEST_CASE("story: an engine that is away is told, with why, when all services are as wanted") {
    device d{shared_engine()};
    wanted_app app;
    app.services = {{"web"}};
    REQUIRE(d.install(app));
    CHECK(d.explain({}, 0) == "The device is at its target.\n");
    const auto says = [&d](const std::string& words) {
      return d.eventually([&] { return d.explain({}, {}).find(words) != std::string::npos; },
        std::chrono::minutes{2});
    };
    REQUIRE(d.engine().tell("kill"));
    CHECK(says("the device waits for: engine: what the engine has is not known: "));

    CHECK(says(" times")); // two at least: of one it says "1 time"
    CHECK(says(", next try at 20"));
    REQUIRE(d.engine().tell("start"));
    CHECK(says("The device is at its target.\n"));
  }
}
