// What a user sees of services that wait for others, and of such that crash all the time.

#include "tests/integration/support/device.hpp"
#include "tests/integration/support/suite.hpp"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <string>

#include <doctest/doctest.h>

using namespace copal::test;
using namespace std::chrono_literals;
using nlohmann::json;

namespace {

json shell(const std::string& line) {
  return json::array({"/bin/busybox", "sh", "-c", line});
}

json after(const std::string& service, const std::string& condition) {
  return {{"depends_on", {{service, {{"condition", condition}}}}}};
}

/// A database whose check succeeds as soon as it has a file /ready.
wanted_app checked_db() {
  wanted_app app;
  app.services = {{"db"}, {"web"}};
  app["db"].composition["healthcheck"] = {
    {"test", {"CMD", "/bin/busybox", "test", "-f", "/ready"}},
    {"interval", "1s"},
    {"retries", 2},
  };
  app["web"].composition = after("db", "service_healthy");
  return app;
}

constexpr const char* four_to_seven[] = {"4", "5", "6", "7"};

/// Runs a program in a service's container.
void run_in(device& d, const std::string& service, const json& command) {
  const auto made =
    d.hand().post("/containers/" + d.ids().at(service) + "/exec", {{"Cmd", command}});
  REQUIRE(made.ok());
  REQUIRE(d.hand()
            .post("/exec/" + made.body.at("Id").get<std::string>() + "/start", {{"Detach", true}})
            .ok());
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

} // namespace

TEST_SUITE("stories") {

  TEST_CASE("story: a service starts when the one that it waits for is healthy, and not before") {
    device d{shared_engine()};
    const auto app = checked_db();
    d.want(app);
    d.start();
    REQUIRE(d.eventually([&d] {
      const auto db = d.inspect("db");
      // Before its first start it has no health.
      return !db.is_null()
             && db.value(json::json_pointer{"/State/Health/Status"}, "") == "unhealthy";
    }));
    REQUIRE(d.running().wait_for("db is unhealthy: ", d.mark(), 60s));
    CHECK(d.ids().size() == 1);
    const auto told = d.explain({}, 3);
    CHECK(has(told, "web (app shop): it has no container\n"));
    CHECK(has(told, "waits for: dependency: web: started when db is healthy: it is unhealthy, "));
    CHECK(has(told, "trouble: db: unhealthy, "));

    run_in(d, "db", {"/bin/busybox", "touch", "/ready"});
    REQUIRE(d.reached());
    CHECK(d.runs("web"));
    CHECK(d.explain({}, 0) == "The device is at its target.\n");
    CHECK(d.running().wait_for("db is healthy again", d.mark(), 60s));
  }

  TEST_CASE(
    "story: a dependency that is never healthy holds up neither others nor the next update") {
    device d{shared_engine()};
    auto app = checked_db();
    app.services.push_back({"other"});
    d.want(app);
    d.start();
    REQUIRE(d.running().wait_for("db is unhealthy: ", d.mark(), 60s));
    CHECK(d.eventually([&d] { return d.runs("other"); }));
    CHECK_FALSE(d.runs("web"));
    app["web"].composition = {{"depends_on", {"db"}}};
    REQUIRE(d.change(app));
    CHECK(d.runs("web"));
  }

  TEST_CASE("story: a job is run once, and what waits for it starts when it has completed") {
    device d{shared_engine()};
    wanted_app app;
    app.services = {{"migrate"}, {"web"}};
    app["migrate"].composition = {{"command", shell("exit 3")}, {"restart", "no"}};
    app["web"].composition = after("migrate", "service_completed_successfully");
    d.want(app);
    d.start();
    REQUIRE(d.running().wait_for("migrate exited with code 3", d.mark(), 60s));
    CHECK_FALSE(d.runs("web"));
    CHECK(
      has(d.explain({}, 3), "web: started when migrate has completed: it exited with code 3\n"));

    app["migrate"].composition["command"] = shell("exit 0");
    REQUIRE(d.change(app));
    CHECK(d.runs("web"));
    CHECK(d.inspect("migrate")["State"]["ExitCode"] == 0);
    d.forget_calls();
    app["web"].environment["COLOUR"] = "blue";
    REQUIRE(d.change(app));
    CHECK(d.changes() == "create web; remove web; start web; stop web");
  }

  TEST_CASE("story: a service is restarted after the one that it asks to be restarted with") {
    device d{shared_engine()};
    wanted_app app;
    app.services = {{"db"}, {"other"}, {"web"}};
    app["other"].composition = {{"depends_on", {"db"}}};
    app["web"].composition = {{"depends_on", {{"db", {{"restart", true}}}}}};
    REQUIRE(d.install(app));
    const auto before = d.ids();
    app["db"].environment["COLOUR"] = "blue";
    REQUIRE(d.change(app));
    const auto now = d.ids();
    CHECK(now.at("db") != before.at("db"));
    CHECK(now.at("web") != before.at("web"));
    CHECK(now.at("other") == before.at("other"));
    // A condition alone touches nothing.
    app["other"].composition = {{"depends_on", {{"db", {{"required", false}}}}}};
    REQUIRE(d.change(app));
    CHECK(d.ids() == now);
  }

  TEST_CASE("story: what crashes all the time is replaced while the engine waits to restart it") {
    device d{shared_engine()};
    wanted_app app;
    app.services = {{"web"}};
    app["web"].composition = {{"command", shell("exit 1")}, {"restart", "always"}};
    d.want(app);
    d.start();
    // 0.1 s, 0.2 s ...: from the seventh on the engine waits for more than ten seconds.
    REQUIRE(d.eventually([&d] {
      const auto web = d.inspect("web");
      return !web.is_null() && web.value("RestartCount", 0) >= 7
             && web.value(json::json_pointer{"/State/Restarting"}, false);
    }));
    // Told when the number has doubled: where a telling was missed, that is another one than 4.
    CHECK(d.eventually([&d] {
      const auto log = d.log();
      return std::any_of(
        std::begin(four_to_seven), std::end(four_to_seven), [&](const auto* times) {
          return has(log, "the engine has restarted it " + std::string{times} + " times");
        });
    }));
    CHECK(has(d.explain({}, 3), "the engine restarts it; last exit code 1, restarted "));
    app["web"].composition = {{"command", shell("sleep 1000")}, {"restart", "always"}};
    app["web"].image = "test/base:2";
    REQUIRE(d.change(app));
    CHECK(d.runs("web"));
    CHECK(d.inspect("web")["RestartCount"] == 0);
    CHECK(d.explain({}, 0) == "The device is at its target.\n");
  }

  TEST_CASE("story: lack of memory is told") {
    device d{shared_engine()};
    wanted_app app;
    app.services = {{"web"}};
    app["web"].composition = {
      {"command", shell("x=a; while true; do x=$x$x; done")},
      {"mem_limit", "8m"},
    };
    d.want(app);
    d.start();
    REQUIRE(d.running().wait_for("web was killed for lack of memory, ", d.mark(), 60s));
    REQUIRE(d.eventually([&d] { return has(d.explain({}, {}), ", out of memory"); }));
    CHECK(d.running().wait_for(
      "web exited with code 137, out of memory; the engine has restarted", d.mark(), 60s));
    app["web"].composition["command"] = shell("sleep 1000");
    REQUIRE(d.change(app));
    // Between two crashes the target before is reached, too.
    CHECK(d.eventually(
      [&d] { return d.runs("web") && has(d.inspect("web")["Config"].dump(), "sleep 1000"); }));
  }

  TEST_CASE("story: a port moves from one service to another without a failed start") {
    device d{shared_engine()};
    wanted_app app;
    app.services = {{"web"}};
    app["web"].composition["ports"] = {"18080:80"};
    REQUIRE(d.install(app));
    app.services = {{"api"}};
    app["api"].composition["ports"] = {"18080:80"};
    REQUIRE(d.change(app));
    CHECK(d.runs("api"));
    CHECK_FALSE(has(d.log(), "failed: "));
    // Two that change places.
    app.services.push_back({"web"});
    app["web"].composition["ports"] = {"18081:80"};
    REQUIRE(d.change(app));
    app["web"].composition["ports"] = {"18080:80"};
    app["api"].composition["ports"] = {"18081:80"};
    REQUIRE(d.change(app));
    CHECK(d.runs("api"));
    CHECK(d.runs("web"));
    CHECK_FALSE(has(d.log(), "failed: "));
  }
}
