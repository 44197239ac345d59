// spec/state-engine.md §14, row by row: what the Node supervisor gets wrong on a real engine, each
// made here once, found as it was wanted and left alone by a second pass.

#include "tests/integration/support/device.hpp"
#include "tests/integration/support/suite.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace copal::test;
using nlohmann::json;

namespace {

wanted_app one(const json& composition, const std::string& image = "test/base:1") {
  wanted_app app;
  app.services = {{"web", image}};
  app["web"].composition = composition;
  return app;
}

/// Made, and left alone by another process that sees it for the first time.
void check_stays(device& d) {
  const auto ids = d.ids();
  REQUIRE(d.stop() == 0);
  d.forget_calls();
  d.start();
  REQUIRE(d.reached());
  CHECK(d.changes() == "");
  CHECK(d.ids() == ids);
}

/// Refused with these words, and nothing done.
void check_refused(const wanted_app& app, const std::string& words) {
  device d{shared_engine()};
  d.want(app);
  d.start();
  CHECK(d.running().wait_for(words, 0, std::chrono::seconds{60}));
  CHECK(d.changes() == "");
  CHECK(d.ids().empty());
}

json only_body(device& d, const std::string& words) {
  auto bodies = d.bodies(words);
  REQUIRE(bodies.size() == 1);
  return bodies[0];
}

std::set<std::string> variables(device& d, const std::string& service) {
  std::set<std::string> out;
  const auto shown = d.inspect(service);
  for (const auto& text : shown.at("Config").at("Env"))
    out.insert(text.get<std::string>());
  return out;
}

} // namespace

TEST_SUITE("stories") {

  TEST_CASE("spec 14, `command` with `#`: it is text, and the container stays") {
    device d{shared_engine()};
    REQUIRE(d.install(one({{"command", "/bin/sh -c 'busybox sleep 100000' # c"}})));
    CHECK(d.runs("web"));
    CHECK(
      d.inspect("web")["Config"]["Cmd"] == json{"/bin/sh", "-c", "busybox sleep 100000", "#", "c"});
    check_stays(d);
  }

  TEST_CASE("spec 14, `$` in single quotes: it stands as it is, without a backslash") {
    device d{shared_engine()};
    REQUIRE(d.install(one({{"command", "/bin/sh -c 'A=100000; busybox sleep $A'"}})));
    CHECK(d.runs("web"));
    CHECK(d.inspect("web")["Config"]["Cmd"][2] == "A=100000; busybox sleep $A");
    check_stays(d);
  }

  TEST_CASE("spec 14, env value null: refused, with the variable's name") {
    check_refused(one({{"environment", {{"NULLED", nullptr}}}}), "NULLED");
  }

  TEST_CASE("spec 14, user's `BALENA_DEVICE_NAME_AT_INIT`: it is the device's name") {
    device d{shared_engine()};
    REQUIRE(d.install(one({{"environment", {{"BALENA_DEVICE_NAME_AT_INIT", "mine"}}}})));
    CHECK_FALSE(variables(d, "web").contains("BALENA_DEVICE_NAME_AT_INIT=mine"));
    check_stays(d);
  }

  TEST_CASE("spec 14, gpu label absent: no device is asked for") {
    device d{shared_engine()};
    REQUIRE(d.install(one(json::object())));
    CHECK(only_body(d, "create web")["HostConfig"]["DeviceRequests"] == json::array());
    check_stays(d);
  }

  TEST_CASE("spec 14, `supervisor0` named by the user: refused, with a reason") {
    check_refused(one({{"networks", {"supervisor0"}}}), "supervisor0");
  }

  TEST_CASE("spec 14, connect to `supervisor0`: without an alias of the service") {
    device d{shared_engine()};
    auto app = one(json::object());
    app["web"].labels["io.balena.features.supervisor-api"] = "1";
    REQUIRE(d.install(app));
    const auto body = only_body(d, "connect web to supervisor0");
    CHECK(body["EndpointConfig"].value("Aliases", json::array()) == json::array());
    CHECK(d.inspect("web")["NetworkSettings"]["Networks"].contains("supervisor0"));
    check_stays(d);
  }

  TEST_CASE("spec 14, long volume with `read_only`: it cannot be written to, and stays") {
    device d{shared_engine()};
    auto app = one({{"volumes",
      {{{"type", "volume"}, {"source", "data"}, {"target", "/data"}, {"read_only", true}}}}});
    app.volumes["data"] = json::object();
    REQUIRE(d.install(app));
    bool is_found = false;
    const auto shown = d.inspect("web");
    for (const auto& m : shown.at("Mounts")) {
      if (m["Destination"] == "/data") {
        is_found = true;
        CHECK(m["RW"] == false);
      }
    }
    CHECK(is_found);
    check_stays(d);
  }

  TEST_CASE("spec 14, `network_mode: service:x` plus `networks`: refused") {
    auto app = one({{"network_mode", "service:db"}, {"networks", {"front"}}});
    app.services.push_back({"db"});
    app.networks["front"] = json::object();
    check_refused(app, "network_mode");
  }

  TEST_CASE("spec 14, `network_mode: service:x`: the other's hostname is no difference") {
    device d{shared_engine()};
    auto app = one({{"network_mode", "service:db"}});
    app.services.push_back({"db"});
    REQUIRE(d.install(app));
    CHECK(d.inspect("web")["HostConfig"]["NetworkMode"] == "container:" + d.ids().at("db"));
    check_stays(d);
  }

  TEST_CASE("spec 14, a listed network also named in `network_mode`: its options are kept") {
    device d{shared_engine()};
    auto app = one({{"network_mode", "front"},
      {"networks", {{"front", {{"aliases", {"shop"}}, {"ipv4_address", "172.30.9.10"}}}}}});
    app.networks["front"] = {
      {"ipam", {{"config", {{{"subnet", "172.30.9.0/24"}, {"gateway", "172.30.9.1"}}}}}}};
    REQUIRE(d.install(app));
    const auto joined = d.inspect("web")["NetworkSettings"]["Networks"][app.uuid + "_front"];
    CHECK(joined["IPAMConfig"]["IPv4Address"] == "172.30.9.10");
    CHECK(joined["Aliases"].dump().find("\"shop\"") != std::string::npos);
    check_stays(d);
  }

  TEST_CASE("spec 14, extra connects: each network is joined before the start") {
    device d{shared_engine()};
    auto app = one({{"networks", {"front", "back", "side"}}});
    for (const auto* name : {"front", "back", "side"})
      app.networks[name] = json::object();
    REQUIRE(d.install(app));
    CHECK(d.inspect("web")["NetworkSettings"]["Networks"].size() == 3);
    const auto order = d.changes_in_order();
    const auto start = std::find(order.begin(), order.end(), "start web");
    REQUIRE(start != order.end());
    const auto joins = [](
                         const std::string& words) { return words.starts_with("connect web to "); };
    CHECK(std::count_if(order.begin(), start, joins) == 2); // one comes with the container
    CHECK(std::count_if(start, order.end(), joins) == 0);
    check_stays(d);
  }

  TEST_CASE("spec 14, healthcheck without `test`: the image's test is kept") {
    device d{shared_engine()};
    REQUIRE(d.install(one({{"healthcheck", {{"interval", "10m"}}}}, "test/full:1")));
    const auto check = only_body(d, "create web")["Healthcheck"];
    CHECK(check["Test"] == json{"CMD", "/bin/busybox", "true"});
    CHECK(check["Interval"] == 600'000'000'000);
    check_stays(d);
  }

  TEST_CASE("spec 14, `disable: true` with an image healthcheck: switched off, and stable") {
    device d{shared_engine()};
    REQUIRE(d.install(one({{"healthcheck", {{"disable", true}}}}, "test/full:1")));
    const auto check = d.inspect("web")["Config"]["Healthcheck"];
    CHECK(check["Test"] == json{"NONE"});
    CHECK(check.value("Interval", 0LL) > 0); // the image's times stay beside it
    check_stays(d);
  }

  TEST_CASE("spec 14, `ipam` `aux_addresses`: they reach the engine, and the network stays") {
    device d{shared_engine()};
    auto app = one({{"networks", {"aux"}}});
    app.networks["aux"] = {{"ipam",
      {{"config",
        {{{"subnet", "172.30.6.0/24"},
          {"gateway", "172.30.6.1"},
          {"aux_addresses", {{"host1", "172.30.6.200"}}}}}}}}};
    REQUIRE(d.install(app));
    const auto shown = d.hand().get("/networks/" + app.uuid + "_aux").body;
    CHECK(shown["IPAM"]["Config"][0]["AuxiliaryAddresses"]["host1"] == "172.30.6.200");
    check_stays(d);
  }

  TEST_CASE("spec 14, user alias that is a prefix of the container id: it is the user's") {
    device d{shared_engine()};
    json aliases = json::array();
    for (const char digit : std::string{"0123456789abcdef"})
      aliases.push_back(std::string{digit});
    auto app = one({{"networks", {{"front", {{"aliases", aliases}}}}}});
    app.networks["front"] = json::object();
    REQUIRE(d.install(app));
    check_stays(d);
  }

  TEST_CASE("spec 14, pid and ipc `host`: the engine's `label=disable` is no difference") {
    device d{shared_engine()};
    auto app = one({{"pid", "host"}, {"ipc", "host"}});
    REQUIRE(d.install(app));
    CHECK(d.inspect("web")["HostConfig"]["SecurityOpt"] == json{"label=disable"});
    check_stays(d);
  }

  TEST_CASE("spec 14, `pids_limit` 0: the engine shows none, which is equal") {
    device d{shared_engine()};
    REQUIRE(d.install(one({{"pids_limit", 0}})));
    CHECK(d.inspect("web")["HostConfig"]["PidsLimit"].is_null());
    check_stays(d);
  }

  TEST_CASE("spec 14, image label `io.resin.*`: it stands twice, and is equal") {
    device d{shared_engine()};
    REQUIRE(d.install(one(json::object(), "test/full:1")));
    const auto labels = d.inspect("web")["Config"]["Labels"];
    CHECK(labels["io.resin.old"] == "1");
    CHECK(labels["io.balena.old"] == "1");
    check_stays(d);
  }

  TEST_CASE("spec 14, `running: false` in v3: created, not started") {
    device d{shared_engine()};
    REQUIRE(d.install(one({{"running", false}})));
    CHECK(d.inspect("web")["State"]["Status"] == "created");
    CHECK(d.changes().find("start") == std::string::npos);
    check_stays(d);
  }

} // TEST_SUITE
