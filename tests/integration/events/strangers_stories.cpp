// What a user sees who has things of his own on the engine.

#include "tests/integration/support/device.hpp"
#include "tests/integration/support/suite.hpp"

#include <set>
#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace copal::test;
using nlohmann::json;

namespace {

wanted_app one_service() {
  wanted_app app;
  app.volumes["db"] = json::object();
  app.services = {{"web"}};
  app["web"].composition["volumes"] = {"db:/data"};
  return app;
}

/// What a stranger has: a container on a network of his own with a volume, volumes and networks
/// whose names look like ours, an image with our image's name, and one without any.
void make_strangers_things(device& d) {
  auto& hand = d.hand();
  REQUIRE(pull(d.engine(), "test/base:1"));
  for (const auto* name : {"web2_db", "user_created_volume", "8_data"})
    REQUIRE(hand.post("/volumes/create", {{"Name", name}}).ok());
  for (const auto* name : {"stranger_default", "0123456789abcdef0123456789abcdef_default"})
    REQUIRE(hand.post("/networks/create", {{"Name", name}}).ok());
  const auto made = hand.post("/containers/create?name=web_1_2_c",
    {{"Image", d.engine().image("test/base:1")},
      {"StopSignal", "SIGKILL"},
      {"HostConfig", {{"Binds", {"web2_db:/data"}}, {"NetworkMode", "stranger_default"}}}});
  REQUIRE(made.ok());
  const auto id = made.body.at("Id").get<std::string>();
  REQUIRE(hand.post("/containers/" + id + "/start").ok());
  REQUIRE(hand.post("/commit?container=" + id).ok());
}

/// All things with their ids, but for ours.
std::set<std::string> strangers_things(device& d) {
  std::set<std::string> out;
  for (const auto& c : d.hand().get("/containers/json?all=1").body) {
    if (!c.at("Labels").contains("io.balena.supervised"))
      out.insert("container " + c.at("Id").get<std::string>() + c.at("State").get<std::string>());
  }
  for (const auto& n : d.hand().get("/networks").body) {
    if (!n.at("Labels").contains("io.balena.supervised"))
      out.insert("network " + n.at("Id").get<std::string>());
  }
  const auto volumes = d.hand().get("/volumes").body;
  for (const auto& v : volumes.at("Volumes")) {
    if (v.at("Labels").is_null() || !v.at("Labels").contains("io.balena.supervised"))
      out.insert("volume " + v.at("Name").get<std::string>() + v.at("CreatedAt").dump());
  }
  for (const auto& i : d.hand().get("/images/json").body)
    out.insert("image " + i.at("Id").get<std::string>() + i.at("RepoTags").dump());
  return out;
}

} // namespace

TEST_SUITE("stories") {

  TEST_CASE("story: strangers' containers, networks, volumes and images stay as they are") {
    device d{shared_engine()};
    make_strangers_things(d);
    const auto before = strangers_things(d);
    REQUIRE(before.size() >= 10);
    auto app = one_service();
    REQUIRE(d.install(app));
    CHECK(strangers_things(d) == before);
    app["web"].environment["COLOUR"] = "blue";
    REQUIRE(d.change(app));
    CHECK(strangers_things(d) == before);
    d.want(std::vector<wanted_app>{});
    REQUIRE(d.reached());
    CHECK(d.eventually([&] { return d.ids().empty(); }));
    CHECK(strangers_things(d) == before);
  }

  TEST_CASE("story: a stranger's network with the app's own name is left alone and waited for") {
    device d{shared_engine()};
    const auto app = one_service();
    const auto made = d.hand().post("/networks/create", {{"Name", app.uuid + "_default"}});
    REQUIRE(made.ok());
    d.want(app);
    d.start();
    CHECK(d.running().wait_for("failed: createNetwork", 0, std::chrono::seconds{60}));
    CHECK(d.hand().get("/networks/" + made.body.at("Id").get<std::string>()).ok());
    REQUIRE(d.hand().remove("/networks/" + made.body.at("Id").get<std::string>()).ok());
    REQUIRE(d.reached());
    CHECK(d.runs("web"));
  }

  TEST_CASE("story: two services exchange their ports") {
    device d{shared_engine()};
    wanted_app app;
    app.services = {{"db"}, {"web"}};
    app["db"].composition["ports"] = {"8080:80"};
    app["web"].composition["ports"] = {"8081:80"};
    REQUIRE(d.install(app));
    std::swap(app["db"].composition["ports"], app["web"].composition["ports"]);
    d.want(app);
    CHECK(d.eventually([&] {
      auto web = d.inspect("web");
      return d.runs("db") && d.runs("web")
             && web["HostConfig"]["PortBindings"]["80/tcp"][0]["HostPort"] == "8080";
    }));
  }

} // TEST_SUITE
