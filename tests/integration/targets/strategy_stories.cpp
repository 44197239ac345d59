// The four strategies on the real engine: what was up when, by the engine's own events.

#include "tests/integration/support/device.hpp"
#include "tests/integration/support/suite.hpp"
#include "tests/integration/support/timeline.hpp"

#include <filesystem>
#include <string>

#include <doctest/doctest.h>

using namespace copal::test;
using nlohmann::json;

namespace {

constexpr auto strategy = "io.balena.update.strategy";

/// A program that does this first and then sleeps.
json first(const std::string& what) {
  return {{"entrypoint", {"/bin/busybox", "sh", "-c"}},
    {"command", {what + "; exec /bin/busybox sleep 100000"}}};
}

wanted_app one_service(const std::string& by) {
  wanted_app app;
  app.services = {{"web"}};
  app["web"].labels[strategy] = by;
  return app;
}

/// The next release, with another image.
void release_next(wanted_app& app) {
  app.release = 71;
  app.commit = "c71";
  app["web"].image = "test/base:2";
}

int running(device& d) {
  auto count = 0;
  for (const auto& c : d.hand().get("/containers/json").body)
    count += c.at("Labels").value("io.balena.service-name", "") == "web" ? 1 : 0;
  return count;
}

bool said(device& d, const std::string& words) {
  return d.log().find(words) != std::string::npos;
}

} // namespace

TEST_SUITE("stories") {

  TEST_CASE("story: download-then-kill stops nothing before all images of the release are there") {
    device d{shared_engine()};
    wanted_app app;
    app.services = {{"db"}, {"web"}};
    REQUIRE(d.install(app));
    timeline told{d};
    release_next(app);
    app["db"].image = "test/large:1";
    app["db"].composition = {{"entrypoint", "/bin/busybox"}, {"command", "sleep 100000"}};
    REQUIRE(d.change(app));
    told.read();
    MESSAGE(told.text());
    for (const auto* image : {"pulled test/base:2", "pulled test/large:1"}) {
      for (const auto* service : {"db", "web"}) {
        const std::string name{service};
        CHECK(told.in_order({image, name + ":c70 stopped", name + ":c71 started"}));
      }
    }
  }

  TEST_CASE("story: kill-then-download stops the old container before it fetches") {
    device d{shared_engine()};
    auto app = one_service("kill-then-download");
    REQUIRE(d.install(app));
    timeline told{d};
    release_next(app);
    REQUIRE(d.change(app));
    told.read();
    MESSAGE(told.text());
    CHECK(told.in_order(
      {"web:c70 stopped", "web:c70 removed", "pulled test/base:2", "web:c71 started"}));
    // The old image makes way for nothing.
    CHECK(told.in_order({"pulled test/base:2", "image removed"}));
  }

  TEST_CASE("story: delete-then-download removes the old image before it fetches") {
    device d{shared_engine()};
    auto app = one_service("delete-then-download");
    REQUIRE(d.install(app));
    timeline told{d};
    release_next(app);
    REQUIRE(d.change(app));
    told.read();
    MESSAGE(told.text());
    CHECK(told.in_order({"web:c70 stopped",
      "web:c70 removed",
      "image removed",
      "pulled test/base:2",
      "web:c71 started"}));
  }

  TEST_CASE("story: hand-over keeps the old container until the new one says so") {
    device d{shared_engine()};
    auto app = one_service("hand-over");
    // What an earlier one said does not count.
    app["web"].composition = first("/bin/busybox touch /tmp/balena/handover-complete");
    REQUIRE(d.install(app));
    timeline told{d};
    release_next(app);
    app["web"].composition = first("/bin/busybox true");
    d.want(app);
    REQUIRE(d.eventually([&] { return running(d) == 2; }));
    const auto file = d.folder() / "locks" / "7" / "web" / "handover-complete";
    const auto old = d.hand().get("/containers/json?all=1").body;
    auto names = std::string{};
    for (const auto& c : old)
      names += c.at("Names").at(0).get<std::string>();
    CHECK(names.find("/old_web_") != std::string::npos);
    REQUIRE(d.eventually([&] { return said(d, "awaitHandover web"); }));
    CHECK_FALSE(std::filesystem::exists(file));
    // By its own hand, from within.
    const auto exec = d.hand().post("/containers/" + d.ids().at("web") + "/exec",
      {{"Cmd", {"/bin/busybox", "touch", "/tmp/balena/handover-complete"}}});
    REQUIRE(exec.ok());
    REQUIRE(d.hand()
              .post("/exec/" + exec.body.at("Id").get<std::string>() + "/start", {{"Detach", true}})
              .ok());
    REQUIRE(d.reached());
    told.read();
    MESSAGE(told.text());
    CHECK(told.in_order({"pulled test/base:2",
      "web:c70 renamed",
      "web:c71 started",
      "web:c70 stopped",
      "web:c70 removed"}));
    CHECK(told.least_up("web", 1) == 1);
    CHECK(running(d) == 1);
    CHECK_FALSE(std::filesystem::exists(file));
    CHECK(said(d, "the new container has taken over"));
  }

  TEST_CASE("story: hand-over ends when the new container has had its time") {
    device d{shared_engine()};
    auto app = one_service("hand-over");
    REQUIRE(d.install(app));
    timeline told{d};
    release_next(app);
    app["web"].labels["io.balena.update.handover-timeout"] = "1500";
    REQUIRE(d.change(app));
    told.read();
    MESSAGE(told.text());
    CHECK(told.in_order({"web:c71 started", "web:c70 stopped"}));
    CHECK(told.least_up("web", 1) == 1);
    CHECK(said(d, "did not say within 1500 ms"));
  }

  TEST_CASE("story: killed in the middle of a hand-over, Copal ends it") {
    device d{shared_engine()};
    auto app = one_service("hand-over");
    REQUIRE(d.install(app));
    timeline told{d};
    release_next(app);
    app["web"].labels["io.balena.update.handover-timeout"] = "4000";
    d.want(app);
    REQUIRE(d.eventually([&] { return running(d) == 2; }));
    d.kill();
    d.start();
    REQUIRE(d.eventually([&] { return said(d, "awaitHandover web"); }));
    CHECK(running(d) == 2);
    REQUIRE(d.reached());
    told.read();
    MESSAGE(told.text());
    CHECK(told.in_order({"web:c71 started", "web:c70 stopped"}));
    CHECK(told.least_up("web", 1) == 1);
    CHECK(running(d) == 1);
  }

  TEST_CASE("story: hand-over of a port of the host is a replacement, and the log says why") {
    device d{shared_engine()};
    auto app = one_service("hand-over");
    app["web"].composition["ports"] = {"8099:80"};
    REQUIRE(d.install(app));
    timeline told{d};
    release_next(app);
    REQUIRE(d.change(app));
    told.read();
    MESSAGE(told.text());
    CHECK(told.in_order({"pulled test/base:2", "web:c70 stopped", "web:c71 started"}));
    CHECK(said(d, "no hand-over: both publish the host's port 8099/tcp"));
    CHECK(running(d) == 1);
  }

} // TEST_SUITE
