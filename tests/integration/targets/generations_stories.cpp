// What supervisors older than v19 left on a device, an app that makes place for another, and what
// belongs to the host. Source: spec/state-engine.md §1, spec/cloud-protocol.md §10.

#include "tests/integration/support/device.hpp"
#include "tests/integration/support/suite.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace copal::test;
using nlohmann::json;

namespace {

constexpr auto keeps_a_file = "if [ ! -f /data/kept ]; then busybox touch /data/$MAKE; fi; "
                              "exec /bin/busybox sleep 100000";

wanted_app shop() {
  wanted_app app;
  app.services = {{"web"}};
  app["web"].composition = {
    {"command", {"/bin/sh", "-c", keeps_a_file}}, {"volumes", {"data:/data"}}};
  app["web"].environment["MAKE"] = "new";
  app.volumes["data"] = json::object();
  return app;
}

/// How a generation named and labelled the things of app 7.
struct generation {
  std::string name;
  std::string container;
  json labels;
  json network_labels;
  json volume_labels;
};

json labels_of(const std::string& vendor) {
  const auto prefix = "io." + vendor + '.';
  return {{prefix + "supervised", "true"},
    {prefix + "app-id", "7"},
    {prefix + "service-id", "5"},
    {prefix + "service-name", "web"}};
}

/// Makes a running service as it left it: its own network and volume, a file on the volume.
std::string leave(device& d, const generation& g) {
  auto& hand = d.hand();
  REQUIRE(pull(d.engine(), "test/base:1"));
  REQUIRE(
    hand.post("/networks/create", {{"Name", "7_default"}, {"Labels", g.network_labels}}).ok());
  REQUIRE(hand.post("/volumes/create", {{"Name", "7_data"}, {"Labels", g.volume_labels}}).ok());
  const auto made = hand.post("/containers/create?name=" + g.container,
    {{"Image", d.engine().image("test/base:1")},
      {"Cmd", {"/bin/sh", "-c", keeps_a_file}},
      {"Env", {"RESIN=1", "MAKE=kept"}},
      {"Labels", g.labels},
      {"StopSignal", "SIGKILL"},
      {"HostConfig",
        {{"Binds", {"7_data:/data"}},
          {"NetworkMode", "7_default"},
          {"RestartPolicy", {{"Name", "always"}}}}}});
  REQUIRE(made.ok());
  const auto id = made.body.at("Id").get<std::string>();
  REQUIRE(hand.post("/containers/" + id + "/start").ok());
  return id;
}

bool has_file(device& d, const std::string& container, const std::string& path) {
  return d.hand().get("/containers/" + container + "/archive?path=" + path).ok();
}

std::vector<std::string> network_names(device& d) {
  std::vector<std::string> out;
  for (const auto& n : d.hand().get("/networks").body)
    out.push_back(n.at("Name"));
  return out;
}

bool has(const std::vector<std::string>& all, const std::string& one) {
  return std::find(all.begin(), all.end(), one) != all.end();
}

void check_taken_over(const generation& g) {
  device d{shared_engine()};
  const auto old = leave(d, g);
  REQUIRE(d.eventually([&] { return has_file(d, old, "/data/kept"); }));
  const auto app = shop();
  REQUIRE(d.install(app));
  CHECK_MESSAGE(!d.hand().get("/containers/" + old + "/json").ok(), "never two of a service");
  const auto all = d.hand().get("/containers/json?all=1").body;
  CHECK(all.size() == 1);
  CHECK(d.runs("web"));
  CHECK_MESSAGE(has_file(d, d.ids().at("web"), "/data/kept"), "its data is there");
  CHECK_FALSE(has_file(d, d.ids().at("web"), "/data/new"));
  const auto networks = network_names(d);
  CHECK(has(networks, app.uuid + "_default"));
  CHECK_FALSE(has(networks, "7_default"));
  CHECK(d.changes().find("volume") == std::string::npos);
  REQUIRE(d.stop() == 0);
  d.forget_calls();
  d.start();
  REQUIRE(d.reached());
  CHECK(d.changes() == "");
}

} // namespace

TEST_SUITE("stories") {

  TEST_CASE("story: what v7 left is taken over: one container, its data, a network of today") {
    check_taken_over(
      {"v7", "web_1_70", labels_of("resin"), {{"io.resin.supervised", "true"}}, json::object()});
  }

  TEST_CASE("story: what v10 left, labelled balena and without a commit, is taken over") {
    check_taken_over({"v10",
      "web_1_70",
      labels_of("balena"),
      {{"io.balena.supervised", "true"}},
      {{"io.balena.supervised", "true"}}});
  }

  TEST_CASE("story: what v12 left, with a commit and no uuid, is taken over") {
    check_taken_over({"v12",
      "web_1_70_c70",
      labels_of("balena"),
      {{"io.balena.supervised", "true"}},
      {{"io.balena.supervised", "true"}}});
  }

  TEST_CASE("story: one that lacks only the commit in its name is renamed and runs on") {
    device d{shared_engine()};
    REQUIRE(d.install(shop()));
    const auto ids = d.ids();
    REQUIRE(d.stop() == 0);
    auto name = d.inspect("web")["Name"].get<std::string>().substr(1);
    const auto renamed = [&](const std::string& to) {
      REQUIRE(d.hand().post("/containers/" + ids.at("web") + "/rename?name=" + to).ok());
      d.forget_calls();
      d.start();
      REQUIRE(d.reached());
      CHECK(d.changes() == "rename web");
      CHECK(d.ids() == ids);
      CHECK(d.inspect("web")["Name"] == '/' + name);
      REQUIRE(d.stop() == 0);
    };
    renamed(name.substr(0, name.rfind('_')));
    renamed("old_" + name); // a hand-over of v19 that a power cut ended
  }

  TEST_CASE("story: a device moves to another app with the same service names") {
    device d{shared_engine()};
    REQUIRE(d.install(shop()));
    const auto before = d.ids();
    d.forget_calls();
    auto other = shop();
    other.id = 8;
    other.uuid = "00000000000000000000000000000008";
    other.name = "depot";
    other.release = 80;
    other.commit = "c80";
    REQUIRE(d.change(other));
    CHECK(d.runs("web"));
    CHECK(d.ids().size() == 1);
    CHECK(d.ids().at("web") != before.at("web"));
    CHECK(d.inspect("web")["Config"]["Labels"]["io.balena.app-id"] == "8");
    const auto networks = network_names(d);
    CHECK(has(networks, other.uuid + "_default"));
    CHECK_FALSE(has(networks, shop().uuid + "_default"));
    CHECK(d.hand().get("/volumes/8_data").ok());
    CHECK_FALSE_MESSAGE(d.hand().get("/volumes/7_data").ok(), "it goes with its app");
    CHECK_MESSAGE(d.changes().find("pull") == std::string::npos, "the image is there");
    CHECK_MESSAGE(d.changes().find("remove image") == std::string::npos, "and still needed");
  }

  TEST_CASE("story: two apps stand side by side, and one leaves without touching the other") {
    device d{shared_engine()};
    auto other = shop();
    other.id = 8;
    other.uuid = "00000000000000000000000000000008";
    other.services[0].name = "desk";
    d.want({shop(), other});
    d.start();
    REQUIRE(d.reached());
    auto ids = d.ids();
    REQUIRE(ids.size() == 2);
    d.forget_calls();
    d.want(other);
    REQUIRE(d.reached());
    CHECK(d.ids() == std::map<std::string, std::string>{{"desk", ids.at("desk")}});
    CHECK(d.changes() == "remove network default; remove volume data; remove web; stop web");
  }

  TEST_CASE("story: the supervisor's own app and the parts of the host OS are left alone") {
    device d{shared_engine()};
    REQUIRE(pull(d.engine(), "test/base:2"));
    const auto by_hand = [&d](const std::string& name, const json& labels) {
      const auto made = d.hand().post("/containers/create?name=" + name,
        {{"Image", d.engine().image("test/base:2")}, {"Labels", labels}});
      REQUIRE(made.ok());
      return made.body.at("Id").get<std::string>();
    };
    const std::string supervisor_app = "52e35121417640b1b28a680504e4039b";
    const std::string host_app = "00000000000000000000000000000009";
    const auto labels = [](const char* id, const std::string& uuid, const char* service) {
      return json{{"io.balena.supervised", "true"},
        {"io.balena.app-id", id},
        {"io.balena.app-uuid", uuid},
        {"io.balena.service-id", "1"},
        {"io.balena.service-name", service}};
    };
    auto overlay = labels("9", host_app, "hostapp");
    overlay["io.balena.image.class"] = "overlay";
    const auto supervisor = by_hand("main_1_2_c", labels("6", supervisor_app, "main"));
    const auto host = by_hand("hostapp_1_2_c", overlay);

    std::vector<wanted_app> apps{shop(), shop(), shop()};
    apps[1].id = 6;
    apps[1].uuid = supervisor_app;
    apps[1].services = {{"main", "test/large:1"}};
    apps[2].id = 9;
    apps[2].uuid = host_app;
    apps[2].services = {{"hostapp", "test/large:1"}};
    apps[2]["hostapp"].labels["io.balena.image.class"] = "overlay";
    auto part = target_document(d.uuid, d.engine().image(""), apps).at(d.uuid);
    part["apps"][host_app]["is_host"] = true;
    d.want_document(part);
    d.start();
    REQUIRE(d.reached());
    const auto check = [&] {
      CHECK(d.ids().at("main") == supervisor);
      CHECK(d.ids().at("hostapp") == host);
      CHECK(d.runs("web"));
      CHECK_FALSE(d.runs("main"));
      CHECK(d.changes().find("test/large:1") == std::string::npos);
    };
    check();
    d.want(shop()); // nor when the target does not name them
    REQUIRE(d.reached());
    check();
  }

} // TEST_SUITE
