// Other engines than the one of the other stories: a newer one that takes its place, and podman.

#include "tests/integration/support/device.hpp"

#include <cstdlib>
#include <string>

#include <doctest/doctest.h>

using namespace copal::test;
using nlohmann::json;
using namespace std::chrono_literals;

namespace {

/// Fields that engines have shown in one way or another over the years.
wanted_app many_fields() {
  wanted_app app;
  app.networks = {{"front",
    {{"ipam",
      {{"config", json::array({{{"subnet", "10.177.0.0/24"}, {"gateway", "10.177.0.1"}}})}}}}}};
  app.volumes = {{"data", json::object()}};
  app.services = {{"web"}, {"db"}, {"api"}, {"helper"}};
  app["web"].image = "test/full:1";
  app["web"].composition = {{"mac_address", "02:42:ac:11:00:99"},
    {"ports", {"8080:80", "53/udp"}},
    {"volumes", {"data:/v", "/anon"}},
    {"networks", {{"front", {{"ipv4_address", "10.177.0.9"}, {"aliases", {"www"}}}}}},
    {"healthcheck", {{"test", "true"}, {"interval", "1h"}}},
    {"ulimits", {{"nofile", 1024}}},
    {"tmpfs", {"/run:size=1m"}},
    {"mem_limit", "64m"},
    {"security_opt", {"no-new-privileges"}}};
  app["db"].composition = {{"network_mode", "host"}, {"pid", "host"}, {"init", true}};
  app["api"].composition = {{"depends_on", {"db"}},
    {"extra_hosts", {"a:10.0.0.1"}},
    {"sysctls", {{"net.ipv4.ip_forward", "1"}}},
    {"cap_add", {"NET_ADMIN"}},
    {"devices", {"/dev/null:/dev/xnull"}}};
  app["api"].labels = {{"io.balena.features.supervisor-api", "1"}};
  app["helper"].composition = {{"network_mode", "service:web"}};
  return app;
}

bool all_run(device& d, const wanted_app& app) {
  return d.eventually([&] {
    for (const auto& service : app.services) {
      if (!d.runs(service.name))
        return false;
    }
    return true;
  });
}

} // namespace

TEST_SUITE("stories") {
  TEST_CASE("story: an engine upgraded under its containers makes none of them anew") {
    const auto engine = real_engine::start();
    REQUIRE_MESSAGE(engine, engine.error().what);
    device d{**engine};
    auto app = many_fields();
    app["api"].composition["annotations"] = {{"com.example", "a"}};
    app["api"].composition["healthcheck"] = {
      {"test", "true"}, {"interval", "1h"}, {"start_interval", "1s"}};
    REQUIRE(d.install(app));
    REQUIRE(all_run(d, app));
    // The older engine drops two fields: it is said, for the service that has them.
    CHECK(
      d.log().find("service api: annotations: the service runs without it") != std::string::npos);
    CHECK(
      d.explain({"--json"}, std::nullopt).find("healthcheck.start_interval") != std::string::npos);
    const auto before = d.ids();
    CHECK(d.inspect("api")["HostConfig"]["Annotations"].is_null());

    REQUIRE(d.engine().tell("upgrade"));
    REQUIRE(
      d.eventually([&] { return d.inspect("api")["HostConfig"]["Annotations"].is_object(); }));
    REQUIRE(all_run(d, app));
    const auto after = d.ids();
    for (const auto* kept : {"web", "db", "helper"}) {
      const auto is_anew =
        d.was_broken(kept) || (kept == std::string{"helper"} && d.was_broken("web")); // its network
      CHECK_MESSAGE((after.at(kept) == before.at(kept)) == !is_anew, kept);
    }
    CHECK(after.at("api") != before.at("api"));
    CHECK(d.inspect("api")["HostConfig"]["Annotations"] == json{{"com.example", "a"}});
    CHECK(d.inspect("api")["Config"]["Healthcheck"]["StartInterval"] == 1'000'000'000);
    CHECK(d.explain({"--json"}, std::nullopt).find("annotations") == std::string::npos);

    // And it stays so, also for a Copal that starts anew.
    REQUIRE(d.stop() == 0);
    d.forget_calls();
    d.start();
    REQUIRE(d.reached());
    CHECK(d.changes() == "");
    CHECK(d.ids() == after);

    app["web"].environment = {{"A", "b"}};
    app.release = 71;
    app.commit = "c71";
    REQUIRE(d.change(app));
    CHECK(d.ids().at("web") != after.at("web"));
    CHECK(d.ids().at("db") == after.at("db"));
  }

  TEST_CASE("story: podman runs an app, and nothing is made anew when Copal starts again") {
    const auto engine = real_engine::start("tests/property/podman_sandbox");
    REQUIRE_MESSAGE(engine, engine.error().what);
    device d{**engine};
    REQUIRE(std::system(("tests/property/make_images " + (*engine)->socket() + " >"
                         + (*engine)->folder() + "/images.log 2>&1")
                          .c_str())
            == 0);
    d.registry = "localhost";
    d.options = {"--no-space-check"};
    wanted_app app;
    app.volumes = {
      {"memory", {{"driver_opts", {{"type", "tmpfs"}, {"device", "tmpfs"}, {"o", "uid=1000"}}}}}};
    app.networks = {{"front", {{"internal", true}}}};
    app.services = {{"web", "property/plain:1"}, {"db", "property/plain:1"}};
    app["web"].composition = {{"volumes", {"memory:/m"}},
      {"networks", {"front", "default"}},
      {"domainname", "example.com"},
      {"mem_limit", "64m"},
      {"restart", "always"}};
    app["web"].labels = {{"io.balena.features.supervisor-api", "1"}};
    REQUIRE(d.install(app));
    REQUIRE(all_run(d, app));
    CHECK(
      d.log().find("service web: domainname: the service runs without it") != std::string::npos);
    const auto before = d.ids();

    REQUIRE(d.stop() == 0);
    d.forget_calls();
    d.start();
    REQUIRE(d.reached());
    CHECK(d.changes() == "");
    CHECK(d.ids() == before);

    app["web"].environment = {{"A", "b"}};
    app.release = 71;
    app.commit = "c71";
    REQUIRE(d.change(app));
    REQUIRE(all_run(d, app));
    CHECK(d.ids().at("web") != before.at("web"));
    CHECK(d.ids().at("db") == before.at("db"));
  }
}
