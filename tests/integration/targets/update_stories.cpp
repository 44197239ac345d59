// What a user sees when the target changes. Each story names every call that may change something.

#include "tests/integration/support/device.hpp"
#include "tests/integration/support/suite.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace copal::test;

namespace {

wanted_app two_services() {
  wanted_app app;
  app.services = {{"db"}, {"web"}};
  return app;
}

bool has(const std::vector<std::string>& all, const std::string& part) {
  return std::any_of(all.begin(), all.end(), [&part](const auto& line) {
    return line.find(part) != std::string::npos;
  });
}

} // namespace

TEST_SUITE("stories") {

  TEST_CASE("story: two services are installed, each image fetched once") {
    device d{shared_engine()};
    REQUIRE(d.install(two_services()));
    CHECK(d.runs("db"));
    CHECK(d.runs("web"));
    CHECK(
      d.changes()
      == "create db; create network default; create web; pull test/base:1; start db; start web");
    CHECK(d.looks() == "inspect db; inspect web");
    CHECK(d.stop() == 0);
    CHECK(d.runs("db"));
  }

  TEST_CASE("story: started again, it adopts what runs and changes nothing") {
    device d{shared_engine()};
    REQUIRE(d.install(two_services()));
    const auto before = d.ids();
    REQUIRE(d.stop() == 0);
    d.forget_calls();
    d.start();
    REQUIRE(d.reached());
    CHECK(d.changes() == "");
    CHECK(d.ids() == before);
  }

  TEST_CASE("story: another variable replaces that one container") {
    device d{shared_engine()};
    auto app = two_services();
    REQUIRE(d.install(app));
    const auto before = d.ids();
    d.forget_calls();
    app["web"].environment["COLOUR"] = "blue";
    REQUIRE(d.change(app));
    CHECK(d.changes() == "create web; remove web; start web; stop web");
    CHECK(d.looks() == "inspect web");
    auto after = d.ids();
    CHECK(after["web"] != before.at("web"));
    CHECK(after["db"] == before.at("db"));
    CHECK(d.inspect("web")["Config"]["Env"].dump().find("COLOUR=blue") != std::string::npos);
  }

  TEST_CASE("story: another image is fetched before the container goes, the old image after it") {
    device d{shared_engine()};
    auto app = two_services();
    app["db"].image = "test/full:1";
    app["db"].composition = {{"entrypoint", "/bin/busybox"}, {"command", "sleep 1000"}};
    REQUIRE(d.install(app));
    const auto before = d.ids();
    d.forget_calls();
    app["web"].image = "test/base:2";
    REQUIRE(d.change(app));
    CHECK(d.changes()
          == "create web; pull test/base:2; remove image test/base:1; remove web; start web; stop "
             "web");
    CHECK(d.looks() == "inspect web");
    CHECK(d.ids()["db"] == before.at("db"));
    CHECK(d.ids()["web"] != before.at("web"));
    CHECK(has(d.inventory(), "test/base:2"));
    CHECK_FALSE(has(d.inventory(), "test/base:1"));
  }

  TEST_CASE("story: a service between two others comes without touching them") {
    device d{shared_engine()};
    auto app = two_services();
    REQUIRE(d.install(app));
    const auto before = d.ids();
    d.forget_calls();
    app.services.insert(app.services.begin() + 1, {"middle"});
    REQUIRE(d.change(app));
    CHECK(d.changes() == "create middle; start middle");
    CHECK(d.looks() == "inspect middle");
    auto after = d.ids();
    CHECK(after.size() == 3);
    CHECK(after["db"] == before.at("db"));
    CHECK(after["web"] == before.at("web"));
  }

  TEST_CASE("story: a service that is taken out goes, its volume stays") {
    device d{shared_engine()};
    auto app = two_services();
    app.volumes["data"] = nlohmann::json::object();
    app["web"].composition["volumes"] = {"data:/data"};
    REQUIRE(d.install(app));
    const auto before = d.ids();
    REQUIRE(has(d.inventory(), "volume 7_data"));
    d.forget_calls();
    app.services.pop_back();
    app.volumes.clear();
    REQUIRE(d.change(app));
    CHECK(d.changes() == "remove web; stop web");
    CHECK(d.looks() == "");
    CHECK(d.ids() == std::map<std::string, std::string>{{"db", before.at("db")}});
    CHECK(has(d.inventory(), "volume 7_data"));
  }

  TEST_CASE("story: a release with the same services renames them and keeps them running") {
    device d{shared_engine()};
    auto app = two_services();
    REQUIRE(d.install(app));
    const auto before = d.ids();
    d.forget_calls();
    app.release = 71;
    app.commit = "c71";
    REQUIRE(d.change(app));
    CHECK(d.changes() == "rename db; rename web");
    CHECK(d.ids() == before);
    CHECK(d.inspect("web")["Name"].get<std::string>().ends_with("_71_c71"));
    CHECK(d.inspect("web")["RestartCount"] == 0);
  }

  TEST_CASE("story: a second release shares one image with the first and brings another") {
    device d{shared_engine()};
    auto app = two_services();
    REQUIRE(d.install(app));
    const auto before = d.ids();
    d.forget_calls();
    app.release = 71;
    app.commit = "c71";
    app["web"].image = "test/base:2";
    REQUIRE(d.change(app));
    CHECK(
      d.changes() == "create web; pull test/base:2; remove web; rename db; start web; stop web");
    CHECK(d.ids()["db"] == before.at("db"));
    CHECK(has(d.inventory(), "test/base:1"));
    CHECK(has(d.inventory(), "test/base:2"));
  }

  TEST_CASE("story: an app that leaves the target goes with its network and volume") {
    device d{shared_engine()};
    auto app = two_services();
    app.volumes["data"] = nlohmann::json::object();
    app["web"].composition["volumes"] = {"data:/data"};
    REQUIRE(d.install(app));
    d.forget_calls();
    d.want(std::vector<wanted_app>{});
    REQUIRE(d.reached());
    CHECK(d.changes()
          == "remove db; remove image test/base:1; remove network default; remove volume data; "
             "remove web; stop db; stop web");
    for (const auto* kind : {"container", "volume", "image"})
      CHECK_FALSE(has(d.inventory(), kind));
  }

} // TEST_SUITE
