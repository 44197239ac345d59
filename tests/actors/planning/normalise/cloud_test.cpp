#include "tests/actors/planning/documents.hpp"

#include <functional>
#include <string>

#include <doctest/doctest.h>

// The schema of the cloud's target state, version 3: spec/cloud-protocol.md §4.3 and §4.4.

namespace copal::planning::documents {
namespace {

const auto map = [](std::initializer_list<value_member> members) { return value::map(members); };

/// Sets, or with no value removes, a member down a path; an absent map on the way is made.
value changed(value v, const std::vector<std::string>& path, const value* to, std::size_t at = 0) {
  if (at + 1 < path.size()) {
    const auto* inner = v.find(path[at]);
    v.set(path[at], changed(inner == nullptr ? value{} : *inner, path, to, at + 1));
  } else if (to != nullptr) {
    v.set(path[at], *to);
  } else {
    value kept = value::map({});
    for (const auto& m : *v.as_map()) {
      if (m.key != path[at])
        kept.set(m.key, m.val);
    }
    v = kept;
  }
  return v;
}

const std::vector<std::string> device_path{"d1"};
const std::vector<std::string> app_path{"d1", "apps", "a7"};
const std::vector<std::string> release_path{"d1", "apps", "a7", "releases", "c70"};
const std::vector<std::string> service_path{
  "d1", "apps", "a7", "releases", "c70", "services", "web"};

std::vector<std::string> under(std::vector<std::string> path, const std::string& member) {
  path.push_back(member);
  return path;
}

/// "accepted", or why not.
std::string verdict(const std::vector<std::string>& path, const value* to) {
  auto document = cloud(map({}));
  document.doc = changed(document.doc, path, to);
  const auto made = normalise_target(document, device());
  return made ? "accepted" : made.error().what;
}

TEST_SUITE("planning: cloud") {
  TEST_CASE("cloud: what a good document says is in the target") {
    const auto made = normalise_target(cloud(map({})), device());
    REQUIRE(made);
    CHECK(made->warnings.empty());
    const auto& target = made->target;
    CHECK(target.name == "my-device");
    REQUIRE(target.apps.size() == 1);
    const auto& app = target.apps[0];
    CHECK(app.id.value == 7);
    CHECK(app.uuid.value == "a7");
    CHECK(app.name == "shop");
    CHECK((app.kind == app_class::fleet));
    CHECK_FALSE(app.is_host);
    REQUIRE(app.release);
    CHECK(app.release->id.value == 70);
    CHECK(app.release->commit.value == "c70");
    REQUIRE(app.release->services.size() == 2);
    const auto& service = app.release->services[1];
    CHECK(service.name.value == "web");
    CHECK(service.id.value == 71);
    CHECK(service.image.value == 72);
    CHECK(service.image_name == "registry.example/web:latest");
    CHECK(service.running);
    std::string networks;
    for (const auto& n : app.release->networks)
      networks += n.engine_name + ' ';
    CHECK(networks == "a7_back a7_default a7_front ");
    CHECK(app.release->volumes.at(0).engine_name == "7_data");
  }

  TEST_CASE("cloud: a member that is missing where it is needed rejects the whole document") {
    const struct {
      std::vector<std::string> path;
      std::string told;
    } rows[] = {
      {under(device_path, "name"), "cloud: d1: the member name is missing"},
      {under(device_path, "config"), "cloud: d1: the member config is missing"},
      {under(device_path, "apps"), "cloud: d1: the member apps is missing"},
      {under(app_path, "id"), "the member id is missing"},
      {under(app_path, "name"), "the member name is missing"},
      {under(app_path, "class"), "accepted"},
      {under(app_path, "releases"), "accepted"},
      {under(release_path, "id"), "the member id is missing"},
      {under(release_path, "services"), "accepted"},
      {under(release_path, "networks"), "accepted"},
      {under(release_path, "volumes"), "accepted"},
      {under(service_path, "id"), "service web: the member id is missing"},
      {under(service_path, "image_id"), "service web: the member image_id is missing"},
      {under(service_path, "image"), "service web: the member image is missing"},
      {under(service_path, "environment"), "service web: the member environment is missing"},
      {under(service_path, "labels"), "service web: the member labels is missing"},
      {under(service_path, "composition"), "accepted"},
    };
    for (const auto& row : rows) {
      CAPTURE(row.path.back());
      const auto said = verdict(row.path, nullptr);
      CAPTURE(said);
      CHECK(said.find(row.told) != std::string::npos);
    }
  }

  TEST_CASE("cloud: a value of the wrong kind rejects the whole document") {
    const std::string good = "accepted";
    const std::string number = "expected a whole number from 0";
    const struct {
      std::vector<std::string> path;
      value given;
      std::string told;
    } rows[] = {
      {under(device_path, "name"), "a\nb", "line break"},
      {under(device_path, "name"), std::string(256, 'x'), "at most 255 characters"},
      {under(device_path, "name"), "", good},
      {under(device_path, "name"), 5, "expected text"},
      {under(device_path, "config"), map({{"BALENA_A:b", "1"}}), good},
      {under(device_path, "config"), map({{"BALENA_A", 1}}), "expected text"},
      {under(device_path, "config"), map({{"1A", "1"}}), "name of a configuration variable"},
      {under(device_path, "config"), value{}, "the member config is missing"},
      {under(device_path, "unknown"), 1, good},
      {under(app_path, "id"), "12", good},
      {under(app_path, "id"), "0xaa", number},
      {under(app_path, "id"), "aaa", number},
      {under(app_path, "id"), "", number},
      {under(app_path, "id"), -1, number},
      {under(app_path, "id"), 1.5, number},
      {under(app_path, "id"), 1.0, good},
      {under(app_path, "class"), "block", good},
      {under(app_path, "class"), value{}, good},
      {under(app_path, "class"), "other", "expected fleet, app or block"},
      {under(app_path, "parent_app"), "p1", good},
      {under(app_path, "parent_app"), value{}, "found null, expected a value, or no such member"},
      {under(app_path, "is_host"), true, good},
      {under(app_path, "is_host"), value{}, good},
      {under(app_path, "is_host"), "yes", "expected true or false"},
      {under(app_path, "releases"), value{}, good},
      {under(app_path, "releases"), value::list({}), "expected a map"},
      {under(app_path, "unknown"), 1, good},
      {under(release_path, "services"), value{}, good},
      {under(release_path, "services"), map({{"-web", map({})}}), "letters, digits"},
      {under(release_path, "networks"), map({{"n", value{}}}), "found null, expected a map"},
      {under(release_path, "networks"), map({{"a/b", map({})}}), "letters, digits"},
      {under(release_path, "volumes"), map({{"v", value{}}}), "found null, expected a map"},
      {under(release_path, "volumes"), map({{"v", map({{"unknown", 1}})}}), good},
      {under(service_path, "image"), "web@sha256:12", "not a digest"},
      {under(service_path, "image"), "", "names no repository"},
      {under(service_path, "image"), value{}, "the member image is missing"},
      {under(service_path, "environment"), map({{"A", "1"}}), good},
      {under(service_path, "environment"), map({{"A", 1}}), "found an integer, expected text"},
      {under(service_path, "environment"), map({{" A", "1"}}), "name of an environment variable"},
      {under(service_path, "environment"), map({{"A:B", "1"}}), "name of an environment variable"},
      {under(service_path, "labels"), map({{"a.b/c-d", "1"}}), good},
      {under(service_path, "labels"), map({{"a b", "1"}}), "name of a label"},
      {under(service_path, "labels"), map({{"a\"b", "1"}}), "name of a label"},
      {under(service_path, "labels"), map({{"a", 1}}), "expected text"},
      {under(service_path, "running"), false, good},
      {under(service_path, "running"), value{}, good},
      {under(service_path, "running"), "no", "expected true or false"},
      {under(service_path, "contract"), map({}), good},
      {under(service_path, "contract"), value{}, "found null"},
      {under(service_path, "composition"), value{}, "found null"},
      {under(service_path, "composition"), "x", "expected a map"},
      {under(service_path, "unknown"), 1, good},
      {{"other-device"}, map({}), "the member name is missing"},
    };
    for (const auto& row : rows) {
      CAPTURE(row.path.back());
      CAPTURE(debug_string(row.given));
      const auto said = verdict(row.path, &row.given);
      CAPTURE(said);
      CHECK(said.find(row.told) != std::string::npos);
    }
  }

  TEST_CASE("cloud: no document of another shape makes a target, and none is fatal") {
    const value rows[] = {
      value{},
      true,
      1,
      1.5,
      "text",
      value::list({}),
      value::list({map({})}),
      map({}),
      map({{"d1", value{}}}),
      map({{"d1", value::list({})}}),
      map({{"other", map({{"name", "x"}, {"config", map({})}, {"apps", map({})}})}}),
      map({{"local", map({{"name", "x"}, {"config", map({})}, {"apps", map({})}})}}),
    };
    for (const auto& row : rows) {
      CAPTURE(debug_string(row));
      const auto made = normalise_target({dialect::cloud_v3, "cloud", row}, device());
      REQUIRE(!made);
      CHECK(made.error().code == errc::invalid_input);
      const auto file = normalise_target({dialect::compose, "compose.yaml", row}, device());
      REQUIRE(!file);
      CHECK(file.error().code == errc::invalid_input);
    }
  }

  TEST_CASE("cloud: `running`, `is_host`, `class` and an app without a release") {
    auto document = cloud(map({}));
    const value off{false};
    const value host{true};
    const value block{"block"};
    document.doc = changed(document.doc, under(service_path, "running"), &off);
    document.doc = changed(document.doc, under(app_path, "is_host"), &host);
    document.doc = changed(document.doc, under(app_path, "class"), &block);
    const auto empty = map({{"id", 3}, {"name", "empty"}});
    document.doc = changed(document.doc, {"d1", "apps", "e3"}, &empty);
    const auto made = normalise_target(document, device());
    REQUIRE(made);
    REQUIRE(made->target.apps.size() == 2);
    CHECK(made->target.apps[0].id.value == 3); // sorted by id
    CHECK_FALSE(made->target.apps[0].release);
    const auto& app = made->target.apps[1];
    CHECK(app.is_host);
    CHECK((app.kind == app_class::block));
    CHECK_FALSE(app.release->services[1].running);
  }

  TEST_CASE("cloud: of two releases the first counts; two apps with one id are refused") {
    auto document = cloud(map({}));
    const auto second = map({{"id", 99}});
    const auto twin = map({{"id", 7}, {"name", "twin"}});
    const auto more = changed(document.doc, {"d1", "apps", "a7", "releases", "c99"}, &second);
    const auto made = normalise_target({dialect::cloud_v3, "cloud", more}, device());
    REQUIRE(made);
    CHECK(made->target.apps[0].release->commit.value == "c70");
    CHECK(made->warnings.size() == 1);
    document.doc = changed(document.doc, {"d1", "apps", "b7"}, &twin);
    const auto refused = normalise_target(document, device());
    REQUIRE(!refused);
    CHECK(refused.error().what == "cloud: d1: two apps have the id 7");
  }

  TEST_CASE("cloud: the default network is there, for host networking only as configuration") {
    const auto on_host = map({{"network_mode", "host"}});
    const struct {
      std::string name;
      value services;
      bool config_only;
    } rows[] = {
      {"a service on it", map({{"web", cloud_service(map({}))}}), false},
      {"all on the host's network", map({{"web", cloud_service(on_host)}}), true},
      {"one of two on the host's network",
        map({{"web", cloud_service(on_host)}, {"db", cloud_service(map({}), map({}), 73)}}),
        false},
      {"no service", map({}), true},
    };
    for (const auto& row : rows) {
      CAPTURE(row.name);
      const auto made = normalise_target(cloud_release(row.services, map({}), map({})), device());
      REQUIRE(made);
      const auto& networks = made->target.apps[0].release->networks;
      REQUIRE(networks.size() == 1);
      CHECK(networks[0].name == "default");
      CHECK(networks[0].config.config_only == row.config_only);
    }
  }

  TEST_CASE("cloud: a network that only keeps settings is not internal, too") {
    const auto with = [](bool internal) {
      const auto network = map({{"config_only", true}, {"internal", internal}});
      return normalise_target(cloud_release(map({}), map({{"n", network}})), device());
    };
    const auto refused = with(true);
    REQUIRE(!refused);
    CHECK(refused.error().what.find("config_only: internal stands beside it") != std::string::npos);
    CHECK(with(false));
  }

  TEST_CASE("cloud: the order of keys has no meaning, but for a service's networks") {
    const auto a = cloud_release(map({
      {"web", cloud_service(map({{"tty", false}, {"user", "1"}}))},
      {"db", cloud_service(map({}), map({}), 73)},
    }));
    const auto b = cloud_release(map({
      {"db", cloud_service(map({}), map({}), 73)},
      {"web", cloud_service(map({{"user", "1"}, {"tty", false}}))},
    }));
    CHECK((normalise_target(a, device()) == normalise_target(b, device())));
  }

  TEST_CASE("cloud: many problems are told as five and a number") {
    auto service = cloud_service(map({}));
    auto env = map({});
    for (int i = 0; i < 9; ++i)
      env.set("A" + std::to_string(i), i);
    service.set("environment", env);
    const auto made = normalise_target(cloud_release(map({{"web", service}})), device());
    REQUIRE(!made);
    const auto& what = made.error().what;
    CHECK(what.substr(what.rfind('\n')) == "\nand 4 more");
  }

  TEST_CASE("networks and volumes: every field, and whose they are") {
    const auto document = cloud_release(map({}),
      map({{"front",
        map({{"driver", "macvlan"},
          {"driver_opts", map({{"parent", "eth0"}, {"n", 1}})},
          {"enable_ipv6", true},
          {"internal", true},
          {"labels", map({{"a", "1"}, {"io.resin.b", "2"}})},
          {"ipam",
            map({{"driver", "own"},
              {"options", map({{"o", "1"}})},
              {"config",
                value::list({map({{"subnet", "10.0.0.0/24"},
                  {"gateway", "10.0.0.1"},
                  {"ip_range", "10.0.0.128/25"},
                  {"aux_addresses", map({{"printer", "10.0.0.9"}})}})})}})}})}}),
      map({{"data",
        map({{"driver", "local"},
          {"driver_opts", map({{"type", "tmpfs"}})},
          {"labels", map({{"a", "1"}})}})}}));
    const auto made = normalise_target(document, device());
    REQUIRE(made);
    CHECK(made->warnings.empty());
    const auto& release = *made->target.apps[0].release;
    network_config network;
    network.driver = "macvlan";
    network.driver_opts = {{"n", "1"}, {"parent", "eth0"}};
    network.ipam_driver = "own";
    network.ipam_options = {{"o", "1"}};
    network.pools = {{"10.0.0.0/24", "10.0.0.1", "10.0.0.128/25", {{"printer", "10.0.0.9"}}}};
    network.enable_ipv6 = true;
    network.internal = true;
    network.labels = {{"a", "1"},
      {"io.balena.app-id", "7"},
      {"io.balena.b", "2"},
      {"io.balena.private.ipam.config", "true"},
      {"io.balena.supervised", "true"}};
    CHECK((release.networks.at(1) == target_network{"front", "a7_front", network}));
    volume_config volume{"local",
      {{"type", "tmpfs"}},
      {{"a", "1"}, {"io.balena.app-uuid", "a7"}, {"io.balena.supervised", "true"}}};
    CHECK((release.volumes.at(0) == target_volume{"data", "7_data", volume}));
  }
}

} // namespace
} // namespace copal::planning::documents
