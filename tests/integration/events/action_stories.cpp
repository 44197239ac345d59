// What people ask beside the target, by the local API's own calls. Source: spec/device-api.md §4,
// §5.

#include "tests/integration/support/device.hpp"
#include "tests/integration/support/local_api.hpp"
#include "tests/integration/support/suite.hpp"

#include <filesystem>
#include <fstream>
#include <string>

#include <doctest/doctest.h>

using namespace copal::test;
using nlohmann::json;

namespace {

constexpr auto key_label = "io.balena.features.supervisor-api";

/// One service that writes to a volume.
wanted_app single(int id = 7) {
  wanted_app app;
  app.id = id;
  app.uuid.back() = static_cast<char>('0' + id);
  app.services = {{"web"}};
  app.volumes = {{"data", json::object()}};
  app["web"].composition = {{"volumes", {"data:/data"}}, {"restart", "always"}};
  return app;
}

wanted_app shop() {
  auto app = single();
  app.services.insert(app.services.begin(), wanted_service{"db"});
  return app;
}

/// A file in the app's volume, as the engine's host sees it.
std::filesystem::path kept_file(device& d) {
  const auto told = d.hand().get("/volumes/7_data");
  REQUIRE(told.ok());
  return std::filesystem::path{told.body["Mountpoint"].get<std::string>()} / "kept";
}

void put_file(const std::filesystem::path& path) {
  std::ofstream{path} << "something to lose\n";
}

api_answer post(device& d, const std::string& path, const json& body = nullptr) {
  return ask_api(d, "POST", path, body);
}

/// A variable of a service's container; empty when it has none.
std::string variable_of(device& d, const std::string& service, const std::string& name) {
  const auto shown = d.inspect(service);
  if (!shown.contains("Config")) // it is just being made anew
    return {};
  for (const auto& entry : shown.at("Config").at("Env")) {
    if (const auto text = entry.get<std::string>(); text.starts_with(name + '='))
      return text.substr(name.size() + 1);
  }
  return {};
}

struct refusal {
  const char* path;
  json body;
  int status;
  const char* text; ///< How the answer starts.
};

void check_refused(device& d, const refusal& row) {
  const auto told = post(d, row.path, row.body);
  CAPTURE(std::string{row.path});
  CAPTURE(told.text);
  CHECK(told.status == row.status);
  CHECK(told.text.starts_with(row.text));
}

} // namespace

TEST_SUITE("stories") {

  TEST_CASE("story: the calls of v1 stop, start, restart and purge an app with one service") {
    device d{shared_engine()};
    REQUIRE(d.install(single()));
    const auto id = d.ids().at("web");
    const json container{{"containerId", id}};

    const auto stopped = post(d, "/v1/apps/7/stop");
    CHECK(stopped.status == 200);
    CHECK(stopped.body() == container);
    // It is answered when the stop has begun; the container stays.
    REQUIRE(d.eventually([&d] { return !d.runs("web"); }));
    CHECK(d.ids().at("web") == id);
    CHECK(post(d, "/v1/apps/7/stop").body() == container);
    for (auto i = 0; i < 2; ++i) { // A start of what runs is no error.
      const auto started = post(d, "/v1/apps/7/start");
      CHECK(started.status == 200);
      CHECK(started.body() == container);
      CHECK(d.runs("web"));
    }

    const auto file = kept_file(d);
    put_file(file);
    const auto restarted = post(d, "/v1/restart", {{"appId", 7}});
    CHECK(restarted.status == 200);
    CHECK(restarted.text == "OK");
    CHECK(d.runs("web"));
    const auto second = d.ids().at("web");
    CHECK(second != id);
    CHECK(std::filesystem::exists(file));

    const auto purged = post(d, "/v1/purge", {{"appId", "7"}});
    CHECK(purged.status == 200);
    CHECK(purged.body() == json{{"Data", "OK"}, {"Error", ""}});
    CHECK(d.runs("web"));
    CHECK(d.ids().at("web") != second);
    CHECK_FALSE(std::filesystem::exists(kept_file(d)));

    const auto shown = ask_api(d, "GET", "/v1/apps/7").body();
    CHECK(shown["appId"] == 7);
    CHECK(shown["commit"] == "c70");
    CHECK(shown["releaseId"] == 70);
    CHECK(shown["containerId"] == d.ids().at("web"));

    const refusal rows[] = {
      {"/v1/restart", json::object(), 400, "Missing app id"},
      {"/v1/purge", json::object(), 400, "Invalid or missing appId"},
      {"/v1/apps/web/stop", nullptr, 400, "Invalid app id"},
      {"/v1/apps/8/stop", nullptr, 400, "App not found: an app needs to be installed"},
      {"/v1/restart",
        {{"appId", 8}},
        503,
        R"({"status":"failed","message":"Application with ID 8 is not in the current state"})"},
    };
    for (const auto& row : rows)
      check_refused(d, row);
    CHECK(ask_api(d, "POST", "/v1/restart", {{"appId", 7}}, "").status == 401);
  }

  TEST_CASE("story: the calls of v2 act on one service, or on the whole app") {
    device d{shared_engine()};
    REQUIRE(d.install(shop()));
    auto before = d.ids();
    const json web{{"serviceName", "web"}};

    CHECK(post(d, "/v2/applications/7/stop-service", web).text == "OK");
    REQUIRE(d.eventually([&d] { return !d.runs("web"); }));
    CHECK(d.runs("db"));
    CHECK(post(d, "/v2/applications/7/start-service", web).text == "OK");
    CHECK(d.runs("web"));
    CHECK(d.ids() == before);

    CHECK(post(d, "/v2/applications/7/restart-service", web).text == "OK");
    CHECK(d.runs("web"));
    CHECK(d.ids()["web"] != before["web"]);
    CHECK(d.ids()["db"] == before["db"]);

    before = d.ids();
    put_file(kept_file(d));
    CHECK(post(d, "/v2/applications/7/restart").text == "OK");
    CHECK(d.runs("db"));
    CHECK(d.runs("web"));
    CHECK(d.ids()["db"] != before["db"]);
    CHECK(d.ids()["web"] != before["web"]);
    CHECK(std::filesystem::exists(kept_file(d)));
    CHECK(post(d, "/v2/applications/7/purge").text == "OK");
    CHECK(d.runs("db"));
    CHECK(d.runs("web"));
    CHECK_FALSE(std::filesystem::exists(kept_file(d)));

    const refusal rows[] = {
      {"/v2/applications/0/stop-service",
        web,
        400,
        R"({"status":"failed","message":"Invalid app id"})"},
      {"/v2/applications/7/stop-service",
        json::object(),
        400,
        "serviceName or imageId parameters were not provided"},
      {"/v2/applications/7/stop-service",
        {{"serviceName", "cache"}},
        404,
        "Service not found, a container must exist for this endpoint to work"},
      {"/v2/applications/8/restart-service", web, 404, "App not found: an app needs"},
      {"/v1/apps/7/stop", nullptr, 400, "serviceName or imageId parameters were not provided"},
    };
    for (const auto& row : rows)
      check_refused(d, row);
  }

  TEST_CASE("story: a user's lock refuses the calls that stop with 423, and force takes it away") {
    device d{shared_engine()};
    REQUIRE(d.install(shop()));
    const auto lock = d.folder() / "locks" / "7" / "web" / "updates.lock";
    std::filesystem::create_directories(lock);
    const auto before = d.ids();
    const json db{{"serviceName", "db"}};
    constexpr auto locked =
      R"({"status":"failed","message":"Lockfile exists for { appId: 7, service: web }"})";
    const refusal rows[] = {
      {"/v2/applications/7/stop-service", db, 423, locked},
      {"/v2/applications/7/restart-service", db, 423, locked},
      {"/v2/applications/7/restart", nullptr, 423, locked},
      {"/v2/applications/7/purge", nullptr, 423, locked},
      {"/v1/restart", {{"appId", 7}}, 423, locked},
      {"/v1/purge", {{"appId", 7}}, 423, locked},
    };
    for (const auto& row : rows)
      check_refused(d, row);
    CHECK(d.ids() == before);
    CHECK(d.runs("db"));
    CHECK(d.runs("web"));
    CHECK(post(d, "/v2/applications/7/start-service", db).status == 200);
    CHECK(post(d, "/v2/applications/7/restart", {{"force", true}}).status == 200);
    CHECK(d.ids()["db"] != before.at("db"));
    CHECK_FALSE(std::filesystem::exists(lock));
  }

  TEST_CASE("story: a service's own key acts on its app, and on no other") {
    device d{shared_engine()};
    auto mine = single();
    mine["web"].labels[key_label] = "1";
    auto other = single(8);
    other.services[0].name = "cam";
    d.want({mine, other});
    d.start();
    REQUIRE(d.reached());
    const auto before = d.ids();
    const auto key = variable_of(d, "web", "BALENA_SUPERVISOR_API_KEY");
    REQUIRE_FALSE(key.empty());
    const auto refused = ask_api(d, "POST", "/v2/applications/8/restart", nullptr, key);
    CHECK(refused.status == 401);
    CHECK(refused.text == R"({"status":"failed","message":"Unauthorized"})");
    CHECK(ask_api(d, "POST", "/v1/apps/8/stop", nullptr, key).text == "Unauthorized");
    CHECK(d.ids() == before);
    CHECK(ask_api(d, "POST", "/v1/restart", {{"appId", 7}}, key).status == 200);
    CHECK(d.ids()["web"] != before.at("web"));
    CHECK(d.ids()["cam"] == before.at("cam"));
  }

  TEST_CASE("story: what was stopped stays so until its own target changes") {
    device d{shared_engine()};
    auto app = shop();
    REQUIRE(d.install(app));
    REQUIRE(post(d, "/v2/applications/7/stop-service", {{"serviceName", "web"}}).status == 200);
    REQUIRE(d.eventually([&d] { return !d.runs("web"); }));
    const auto id = d.ids().at("web");

    // Neither what changes beside it ends the stop, nor a crash.
    app["db"].environment["COLOUR"] = "blue";
    d.want(app);
    REQUIRE(d.eventually([&d] { return variable_of(d, "db", "COLOUR") == "blue"; }));
    REQUIRE(d.eventually([&d] { return d.runs("db"); }));
    d.kill();
    d.start();
    REQUIRE(d.reached());
    CHECK_FALSE(d.runs("web"));
    CHECK(d.ids().at("web") == id);

    app["web"].environment["COLOUR"] = "red";
    d.want(app);
    REQUIRE(d.eventually([&d] { return variable_of(d, "web", "COLOUR") == "red"; }));
    REQUIRE(d.eventually([&d] { return d.runs("web"); }));
    // It is over: a new process has not kept it either.
    REQUIRE(d.reached());
    d.kill();
    d.start();
    REQUIRE(d.reached());
    CHECK(d.runs("web"));
  }
}
