#include "actors/api/status.hpp"

#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace copal::api {
namespace {

using namespace std::chrono_literals;

supervised_container container_of(
  std::int64_t app, const std::string& service, container_state state, const std::string& id) {
  supervised_container out;
  out.who = {app_id{app},
    app_uuid{"a" + std::to_string(app)},
    service_id{app * 10},
    service_name{service},
    image_id{app * 100},
    release_id{5},
    commit_id{"c1"}};
  out.what.id = container_id{id};
  out.what.state = state;
  out.what.created = wall_time{1'600'000'000s + 123'456'789ns};
  return out;
}

image_row row_of(std::int64_t app, const std::string& service, const std::string& engine_id) {
  image_row out;
  out.name = "registry/" + service + ":1";
  out.app = app_id{app};
  out.used_by = service_name{service};
  out.image = image_id{app * 100};
  out.engine_id = engine_image_id{engine_id};
  return out;
}

target_app app_of(std::int64_t id, const std::vector<std::string>& services) {
  target_app out;
  out.id = app_id{id};
  out.release.emplace();
  out.release->commit = commit_id{"c1"};
  for (const auto& name : services) {
    target_service s;
    s.name = service_name{name};
    s.image_name = "registry/" + name + ":1";
    out.release->services.push_back(std::move(s));
  }
  return out;
}

/// A settled device with app 1 (db, web) and app 2 (cam).
progress settled() {
  progress out;
  out.has_target = true;
  out.settled = true;
  out.target.apps = {app_of(1, {"db", "web"}), app_of(2, {"cam"})};
  out.engine.incarnation = 1;
  out.engine.complete = true;
  out.engine.containers = {container_of(2, "cam", container_state::running, "0cam"),
    container_of(1, "web", container_state::running, "1web"),
    container_of(1, "db", container_state::exited, "2db")};
  out.images.rows = {
    row_of(1, "db", "sha256:db"), row_of(1, "web", "sha256:web"), row_of(2, "cam", "sha256:cam")};
  out.commits = {{app_id{1}, commit_id{"c1"}}, {app_id{2}, commit_id{"c2"}}};
  return out;
}

value status_value(const progress& now, const scope& of = {}) {
  value out{state_status(now, of)};
  return out;
}

std::string texts(const value& of, const char* list, const char* field) {
  std::string out;
  for (const auto& item : *of.find(list)->as_list())
    out += (out.empty() ? "" : " ") + *item.find(field)->as_text();
  return out;
}

TEST_SUITE("api") {
  TEST_CASE("status: one app is told of, the first in scope, with all its fields") {
    const auto all = status_value(settled());
    CHECK(*all.find("appState") == value{"applied"});
    CHECK(all.find("overallDownloadProgress")->is_null());
    CHECK(*all.find("release") == value{"c1"});
    CHECK(texts(all, "containers", "serviceName") == "db web");
    CHECK(texts(all, "images", "serviceName") == "db web");
    CHECK((*all.find("containers")->as_list())[1]
          == value::map({
            {"status", "Running"},
            {"serviceName", "web"},
            {"appId", 1},
            {"imageId", 100},
            {"serviceId", 10},
            {"containerId", "1web"},
            {"createdAt", "2020-09-13T12:26:40.123Z"},
          }));
    CHECK((*all.find("images")->as_list())[0]
          == value::map({
            {"name", "registry/db:1"},
            {"appId", 1},
            {"serviceName", "db"},
            {"imageId", 100},
            {"dockerImageId", "sha256:db"},
            {"status", "Downloaded"},
            {"downloadProgress", value{}},
          }));
    const auto second = status_value(settled(), scope{app_id{2}});
    CHECK(texts(second, "containers", "serviceName") == "cam");
    CHECK(texts(second, "images", "serviceName") == "cam");
    CHECK(*second.find("release") == value{"c2"});
    const auto nothing = status_value(settled(), scope{app_id{3}});
    CHECK(nothing.find("containers")->as_list()->empty());
    CHECK(nothing.find("images")->as_list()->empty());
    CHECK(nothing.find("release") == nullptr);
    CHECK(*nothing.find("appState") == value{"applied"});
  }

  TEST_CASE("status: without a container the first app with an image is told of") {
    auto now = settled();
    std::erase_if(now.engine.containers, [](const auto& c) { return c.who.app.value == 1; });
    CHECK(texts(status_value(now), "images", "serviceName") == "cam");
    now.engine.containers.clear();
    CHECK(texts(status_value(now), "images", "serviceName") == "db web");
  }

  TEST_CASE("status: a row that only keeps a name of an image is told to nobody") {
    auto now = settled();
    auto kept = row_of(1, "", "sha256:web");
    kept.name = "registry/web:latest";
    auto lost = row_of(1, "", "");
    lost.name = "registry/web:older";
    now.images.rows.push_back(kept);
    now.images.rows.push_back(lost);
    const auto got = status_value(now);
    CHECK(texts(got, "images", "serviceName") == "db web");
    CHECK(got.find("overallDownloadProgress")->is_null());
    now.engine.containers.clear();
    now.images.rows = {kept};
    CHECK(status_value(now).find("images")->as_list()->empty());
  }

  TEST_CASE("status: progress is the mean over what is on its way, in scope") {
    auto now = settled();
    now.images.rows[0].engine_id = {};
    now.images.fetching = {{"registry/db:1", 40}};
    auto got = status_value(now);
    CHECK(*got.find("overallDownloadProgress") == value{40});
    CHECK(texts(got, "images", "status") == "Downloading Downloaded");
    CHECK(*(*got.find("images")->as_list())[0].find("downloadProgress") == value{40});
    now.images.rows[1].engine_id = {};
    now.images.fetching.push_back({"registry/web:1", 5});
    got = status_value(now);
    CHECK(*got.find("overallDownloadProgress") == value{22.5});
    now.images.fetching.pop_back(); // It waits for its turn.
    got = status_value(now);
    CHECK(*got.find("overallDownloadProgress") == value{20});
    CHECK(status_value(now, scope{app_id{2}}).find("overallDownloadProgress")->is_null());
  }

  TEST_CASE("spec 12.63: of two that run the older hands over, the newer is awaited") {
    auto old = container_of(1, "web", container_state::running, "1old");
    auto young = container_of(1, "web", container_state::running, "1young");
    young.who.commit = commit_id{"newer"};
    young.what.created = old.what.created + 1s;
    const auto told = [&] {
      progress now;
      now.engine.containers = {old, young, container_of(1, "db", container_state::running, "1db")};
      std::string out;
      for (const auto& c : now.engine.containers)
        out += (out.empty() ? "" : ", ") + status_of(now, c);
      return out;
    };
    CHECK(told() == "Handing over, Awaiting handover, Running");
    young.what.state = container_state::created;
    CHECK(told() == "Running, Installed, Running");
    young.what.state = container_state::running;
    old.what.state = container_state::exited;
    CHECK(told() == "exited, Running, Running");
    // Two of one release are no hand-over, unless the older bears the name of an old one.
    old.what.state = container_state::running;
    young.who.commit = old.who.commit;
    old.what.name = "web_1_1_c1";
    CHECK(told() == "Running, Running, Running");
    old.what.name = "old_web_1_1_c1";
    CHECK(told() == "Handing over, Awaiting handover, Running");
  }
  TEST_CASE("status: what is done to a container is told before what the engine shows") {
    const auto c = container_of(1, "web", container_state::created, "1web");
    auto told = [&](container_state state, std::optional<step_action> action) {
      auto one = c;
      one.what.state = state;
      progress now;
      if (action)
        now.running.push_back({app_id{1}, *action, ""});
      return status_of(now, one);
    };
    using state = container_state;
    CHECK(told(state::running, {}) == "Running");
    CHECK(told(state::created, {}) == "Installed");
    CHECK(told(state::dead, {}) == "Dead");
    CHECK(told(state::exited, {}) == "exited");
    CHECK(told(state::paused, {}) == "paused");
    CHECK(told(state::restarting, {}) == "restarting");
    CHECK(told(state::removing, {}) == "removing");
    install_service made;
    made.who = c.who;
    CHECK(told(state::created, made) == "Installing");
    CHECK(told(state::running, made) == "Running");
    CHECK(told(state::exited, start_container{container_id{"1web"}, {}}) == "Starting");
    CHECK(told(state::running, stop_container{container_id{"1web"}, {}, 1s}) == "Stopping");
    CHECK(told(state::running, kill_container{container_id{"1web"}, {}, 1s}) == "Stopping");
    CHECK(told(state::running, kill_container{container_id{"other"}, {}, 1s}) == "Running");
  }

  TEST_CASE(
    "status: a device applies while a step runs or something waits for more than the engine") {
    auto now = settled();
    CHECK_FALSE(is_applying(now));
    now.waits = {{wait_reason::kind::engine_policy, app_id{1}, "", ""}};
    CHECK_FALSE(is_applying(now));
    now.waits[0].why = wait_reason::kind::lock;
    CHECK(is_applying(now));
    now.waits.clear();
    now.running.push_back({app_id{1}, record_commit{}, ""});
    CHECK(is_applying(now));
    CHECK(*status_value(now).find("appState") == value{"applying"});
  }

  TEST_CASE("status: times are told as JavaScript tells them") {
    CHECK(iso_time(wall_time{}) == "1970-01-01T00:00:00.000Z");
    CHECK(iso_time(wall_time{1'709'210'096s + 7ms}) == "2024-02-29T12:34:56.007Z");
  }

  TEST_CASE("device: what is not known is left out") {
    const device_words own{"0.1.0", "", 48484};
    CHECK(device_state(nullptr, {}, own)
          == value::map({{"api_port", 48484}, {"supervisor_version", "0.1.0"}}));
    const auto bare = device_state(
      nullptr, {{"10.0.0.1", "fd00::1"}, {"00:1A:00:00:00:01"}}, {"0.1.0", "SomeOS 1", 80});
    CHECK(*bare.find("ip_address") == value{"10.0.0.1 fd00::1"});
    CHECK(*bare.find("mac_address") == value{"00:1A:00:00:00:01"});
    CHECK(*bare.find("os_version") == value{"SomeOS 1"});
    const progress fresh;
    const auto without_target = device_state(&fresh, {}, own);
    CHECK(*without_target.find("update_pending") == value{false});
    CHECK(without_target.find("status") == nullptr);
    CHECK(without_target.find("commit") == nullptr);
  }

  TEST_CASE("device: the first service of the first app speaks for all") {
    const device_words own{"0.1.0", "", 48484};
    auto now = settled();
    auto got = device_state(&now, {}, own);
    CHECK(*got.find("status") == value{"exited"});
    CHECK(got.find("download_progress")->is_null());
    CHECK(*got.find("commit") == value{"c1"});
    CHECK(*got.find("update_pending") == value{false});
    CHECK(*got.find("update_downloaded") == value{false});
    CHECK(*got.find("update_failed") == value{false});
    now.engine.containers[2].what.state = container_state::running;
    CHECK(*device_state(&now, {}, own).find("status") == value{"Idle"});

    // Its image is on its way.
    now.engine.containers.clear();
    now.images.rows[0].engine_id = {};
    now.images.fetching = {{"registry/db:1", 40}};
    now.waits = {{wait_reason::kind::fetching, app_id{1}, "", ""}};
    got = device_state(&now, {}, own);
    CHECK(*got.find("status") == value{"Downloading"});
    CHECK(*got.find("download_progress") == value{40});
    CHECK(*got.find("update_pending") == value{true});
    CHECK(*got.find("update_downloaded") == value{false});
    CHECK(got.find("commit") == nullptr);

    // It is there, and waits for its start; a fetch failed before.
    now.images.rows[0].engine_id = engine_image_id{"sha256:db"};
    now.images.fetching.clear();
    now.images.failures = {{"registry/db:1", 1, {}, 1s, false, {}}};
    got = device_state(&now, {}, own);
    CHECK(*got.find("status") == value{"Downloaded"});
    CHECK(*got.find("update_downloaded") == value{true});
    CHECK(*got.find("update_failed") == value{true});

    // Nothing of it is known at all.
    now.images.rows.clear();
    CHECK(*device_state(&now, {}, own).find("status") == value{"Downloading"});
    CHECK(*device_state(&now, {}, own).find("download_progress") == value{0});
  }
}

} // namespace
} // namespace copal::api
