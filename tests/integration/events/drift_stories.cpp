// What a user sees when somebody else works on the engine, or the engine itself goes away.

#include "tests/integration/support/device.hpp"
#include "tests/integration/support/suite.hpp"

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace copal::test;
using nlohmann::json;

namespace {

wanted_app two_services() {
  wanted_app app;
  app.services = {{"db"}, {"web"}};
  return app;
}

std::string path_of(device& d, const std::string& service) {
  return "/containers/" + d.ids().at(service);
}

} // namespace

TEST_SUITE("stories") {

  TEST_CASE("story: killed or stopped from outside, a container is started again") {
    for (const auto* how : {"/kill", "/stop?t=1"}) {
      CAPTURE(how);
      device d{shared_engine()};
      REQUIRE(d.install(two_services()));
      const auto before = d.ids();
      d.forget_calls();
      REQUIRE(d.hand().post(path_of(d, "web") + how).ok());
      CHECK(d.eventually([&] { return d.runs("web"); }));
      CHECK(d.ids() == before);
      CHECK(d.changes() == "start web");
      CHECK(d.looks() == "inspect web");
    }
  }

  TEST_CASE("story: removed from outside, a container is made again") {
    device d{shared_engine()};
    REQUIRE(d.install(two_services()));
    const auto before = d.ids();
    d.forget_calls();
    REQUIRE(d.hand().remove(path_of(d, "web") + "?force=1").ok());
    CHECK(d.eventually([&] { return d.runs("web"); }));
    CHECK(d.ids()["db"] == before.at("db"));
    CHECK(d.changes() == "create web; start web");
    CHECK(d.looks() == "inspect web");
  }

  TEST_CASE("story: what its policy leaves to the user stays stopped until a new target") {
    device d{shared_engine()};
    auto app = two_services();
    app["web"].composition["restart"] = "unless-stopped";
    REQUIRE(d.install(app));
    d.forget_calls();
    REQUIRE(d.hand().post(path_of(d, "web") + "/stop?t=1").ok());
    REQUIRE(d.hand().post(path_of(d, "db") + "/kill").ok());
    CHECK(d.eventually([&] { return d.runs("db"); }));
    CHECK_FALSE(d.runs("web"));
    CHECK(d.changes() == "start db");
    app["db"].environment["COLOUR"] = "blue";
    REQUIRE(d.change(app));
    CHECK(d.eventually([&] { return d.runs("web"); }));
  }

  TEST_CASE("story: taken off its network, a container is made anew, the other stays") {
    device d{shared_engine()};
    const auto app = two_services();
    REQUIRE(d.install(app));
    const auto before = d.ids();
    d.forget_calls();
    REQUIRE(d.hand()
              .post("/networks/" + app.uuid + "_default/disconnect",
                {{"Container", before.at("web")}, {"Force", true}})
              .ok());
    CHECK(d.eventually([&] {
      const auto now = d.ids();
      return now.contains("web") && now.at("web") != before.at("web") && d.runs("web");
    }));
    CHECK(d.ids()["db"] == before.at("db"));
    CHECK(d.changes() == "create web; remove web; start web; stop web");
  }

  TEST_CASE("story: a network edited behind our back is made as it was wanted") {
    device d{shared_engine()};
    auto app = two_services();
    app.networks["back"] = json::object();
    app["web"].composition["networks"] = {"back"};
    REQUIRE(d.install(app));
    const auto before = d.ids();
    const auto network = "/networks/" + app.uuid + "_back";
    const auto labels = d.hand().get(network).body["Labels"];
    d.forget_calls();
    REQUIRE(d.hand().post(network + "/disconnect", {{"Container", before.at("web")}}).ok());
    // Between these two calls Copal may already have begun: it is the one or the other that stands.
    d.hand().remove(network);
    d.hand().post(
      "/networks/create", {{"Name", app.uuid + "_back"}, {"Internal", true}, {"Labels", labels}});
    CHECK(d.eventually([&] {
      const auto shown = d.hand().get(network).body;
      return shown.value("Internal", true) == false && shown.at("Containers").size() == 1
             && d.runs("web");
    }));
    CHECK(d.ids()["db"] == before.at("db"));
    CHECK(d.changes().find(" db") == std::string::npos);
  }

  TEST_CASE("story: the engine restarts, and everything runs as before") {
    for (const std::vector<std::string>& how :
      {std::vector<std::string>{"restart"}, std::vector<std::string>{"kill", "start"}}) {
      CAPTURE(how.front());
      device d{shared_engine()};
      REQUIRE(d.install(two_services()));
      const auto before = d.ids();
      d.forget_calls();
      for (const auto& command : how)
        REQUIRE(shared_engine().tell(command));
      CHECK(d.eventually([&] { return d.runs("db") && d.runs("web"); }));
      auto any_broken = false;
      for (const auto* service : {"db", "web"}) {
        CHECK((d.ids().at(service) == before.at(service)) == !d.was_broken(service));
        any_broken |= d.was_broken(service);
      }
      if (any_broken)
        continue;
      for (const auto* word : {"create", "stop", "remove", "pull"})
        CHECK(d.changes().find(word) == std::string::npos);
    }
  }

  TEST_CASE("story: what an earlier run has left with the engine keeps no service down") {
    const struct {
      const char* left;
      const char* said;
      bool is_anew;
    } rows[] = {
      {"containerd/daemon/io.containerd.runtime.v2.task/moby", "file exists", true},
      // That goes with the first try.
      {"runtime-runc/moby", "container with given ID already exists", false},
    };
    for (const auto& row : rows) {
      CAPTURE(row.left);
      device d{shared_engine()};
      auto app = two_services();
      app.volumes = {{"data", json::object()}};
      app["web"].composition = {{"volumes", {"data:/data"}}};
      REQUIRE(d.install(app));
      const auto before = d.ids();
      REQUIRE(d.stop() == 0);
      REQUIRE(d.hand().post(path_of(d, "web") + "/kill").ok());
      const auto left =
        std::filesystem::path{shared_engine().folder()} / "exec" / row.left / before.at("web");
      REQUIRE(d.eventually([&] { return !std::filesystem::exists(left); }));
      std::filesystem::create_directory(left);
      d.forget_calls();
      d.start();
      CHECK(d.eventually([&] { return d.runs("web"); }));
      CHECK(d.ids().at("db") == before.at("db"));
      CHECK((d.ids().at("web") != before.at("web")) == row.is_anew);
      CHECK(d.log().find(row.said) != std::string::npos);
      CHECK(d.was_broken("web") == row.is_anew);
      CHECK(d.changes().find("volume") == std::string::npos);
      std::filesystem::remove_all(left);
    }
  }

  TEST_CASE("story: the engine comes later than Copal") {
    device d{shared_engine()};
    REQUIRE(shared_engine().tell("kill"));
    d.want(two_services());
    d.start();
    CHECK(d.running().wait_for("looking for the engine", 0, std::chrono::seconds{60}));
    REQUIRE(shared_engine().tell("start"));
    REQUIRE(d.reached());
    CHECK(d.runs("db"));
    CHECK(d.runs("web"));
  }

} // TEST_SUITE
