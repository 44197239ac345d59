// What a target changes of networks, volumes and of whether a service runs.

#include "tests/integration/support/device.hpp"
#include "tests/integration/support/suite.hpp"
#include "tests/integration/support/timeline.hpp"

#include <string>

#include <doctest/doctest.h>

using namespace copal::test;
using nlohmann::json;

namespace {

/// `web` has a network and a volume that `db` does not have.
wanted_app shop() {
  wanted_app app;
  app.services = {{"db"}, {"web"}};
  app.networks["back"] = json::object();
  app.volumes["data"] = json::object();
  app["web"].composition["networks"] = {"back"};
  app["web"].composition["volumes"] = {"data:/data"};
  return app;
}

void release_next(wanted_app& app) {
  ++app.release;
  app.commit = "c" + std::to_string(app.release);
}

/// A release changes that part: it is made anew, `web` with it, and `db` runs on.
template <class Change>
void check_made_anew(device& d, const std::string& part, Change change) {
  auto app = shop();
  REQUIRE(d.install(app));
  const auto before = d.ids();
  timeline told{d};
  release_next(app);
  change(app);
  d.forget_calls();
  REQUIRE(d.change(app));
  told.read();
  MESSAGE(told.text());
  CHECK(told.in_order({"web:c70 stopped", "web:c70 removed", "web:c71 started"}));
  CHECK(told.least_up("db", 1) == 1);
  CHECK(d.changes()
        == "create " + part + "; create web; remove " + part
             + "; remove web; rename db; start "
               "web; stop web");
  CHECK(d.ids()["db"] == before.at("db"));
  CHECK(d.ids()["web"] != before.at("web"));
  CHECK(d.runs("web"));
}

} // namespace

TEST_SUITE("stories") {
  TEST_CASE("story: a network that the target changes is made anew, with the services on it") {
    device d{shared_engine()};
    check_made_anew(
      d, "network back", [](wanted_app& app) { app.networks["back"]["internal"] = true; });
    CHECK(d.hand().get("/networks/" + shop().uuid + "_back").body.at("Internal") == true);
  }

  TEST_CASE("story: a volume that the target changes is made anew, with the services on it") {
    device d{shared_engine()};
    check_made_anew(
      d, "volume data", [](wanted_app& app) { app.volumes["data"]["labels"]["of"] = "the next"; });
    CHECK(d.hand().get("/volumes/7_data").body.at("Labels").at("of") == "the next");
  }

  TEST_CASE("story: `running: false` stops a service and keeps its container, `true` starts it") {
    device d{shared_engine()};
    auto app = shop();
    REQUIRE(d.install(app));
    const auto before = d.ids();
    release_next(app);
    app["web"].composition["running"] = false;
    d.forget_calls();
    REQUIRE(d.change(app));
    CHECK(d.changes() == "rename db; rename web; stop web");
    CHECK(d.ids() == before);
    CHECK_FALSE(d.runs("web"));
    release_next(app);
    app["web"].composition["running"] = true;
    d.forget_calls();
    REQUIRE(d.change(app));
    CHECK(d.changes() == "rename db; rename web; start web");
    CHECK(d.ids() == before);
    CHECK(d.runs("web"));
  }
}
