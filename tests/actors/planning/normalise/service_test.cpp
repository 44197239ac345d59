#include "tests/actors/planning/documents.hpp"

#include <algorithm>
#include <string>

#include <doctest/doctest.h>

// Volumes, networks, environment, labels and features of a service.

namespace copal::planning::documents {
namespace {

const auto map = [](std::initializer_list<value_member> members) { return value::map(members); };
const auto list = [](std::initializer_list<value> items) { return value::list(items); };

/// The text from `start` on, or all of it when it is not there.
std::string from(const std::string& text, const std::string& start) {
  const auto at = text.find(start);
  return at == std::string::npos ? text : text.substr(at);
}

TEST_SUITE("planning: services") {
  TEST_CASE("volumes: named ones get the app's prefix") {
    const std::string locks = "/locks/7/web:";
    const struct {
      std::string name;
      value volume;
      std::string effect;
    } rows[] = {
      {"named",
        "data:/d",
        "volumes: [" + locks + "/tmp/balena, " + locks + "/tmp/resin, 7_data:/d]"},
      {"anonymous", "/anon", "anonymous_volumes: [/anon]"},
      {"long",
        map({{"type", "volume"}, {"source", "logs"}, {"target", "/l"}}),
        "mounts: [volume 7_logs:/l]"},
      {"long, read only",
        map({{"type", "volume"}, {"source", "logs"}, {"target", "/l"}, {"read_only", true}}),
        "mounts: [volume 7_logs:/l:ro]"},
      {"long, anonymous", map({{"type", "volume"}, {"target", "/a"}}), "mounts: [volume :/a]"},
      {"long, tmpfs",
        map({{"type", "tmpfs"}, {"target", "/t"}, {"tmpfs", map({{"size", "1m"}})}}),
        "mounts: [tmpfs :/t:size=1048576]"},
    };
    for (const auto& row : rows) {
      CAPTURE(row.name);
      CHECK(effect_in_cloud(map({{"volumes", list({row.volume})}})) == row.effect);
      const auto compose = effect_in_compose(map({{"volumes", list({row.volume})}}));
      CHECK(from(compose, "mounts").substr(0, 9) == from(row.effect, "mounts").substr(0, 9));
    }
  }

  TEST_CASE("volumes: options of the short form and of the long one") {
    const auto made = container_of(cloud(map({{"volumes",
      list({"  data : /d : ro ",
        map({{"type", "tmpfs"}, {"target", "/t"}, {"tmpfs", map({{"size", 1048576}})}}),
        map({{"type", "volume"},
          {"source", "logs"},
          {"target", "/l"},
          {"readOnly", true},
          {"volume", map({{"nocopy", true}})}})})}})));
    CHECK(std::count(made.binds.begin(), made.binds.end(), "7_data:/d:ro") == 1);
    REQUIRE(made.mounts.size() == 2);
    CHECK((made.mounts[0] == mount{"tmpfs", "", "/t", false, "", false, 1048576}));
    CHECK((made.mounts[1] == mount{"volume", "7_logs", "/l", true, "", true, 0}));
  }

  TEST_CASE("volumes: the cloud's bind mounts are ignored with a warning") {
    const value rows[] = {
      "/etc:/host-etc",
      "/etc/hosts:/hh:ro",
      "./src:/src",
      "~/src:/src",
      map({{"type", "bind"}, {"source", "/etc"}, {"target", "/e"}}),
    };
    for (const auto& row : rows) {
      CAPTURE(debug_string(row));
      const auto composition = map({{"volumes", list({row})}});
      CHECK(effect_in_cloud(composition).empty());
      CHECK(warnings_of(cloud(composition))
            == "cloud: app shop, service web: composition.volumes[0]: bind mounts are not "
               "supported: ignored");
    }
  }

  TEST_CASE("volumes: one that is not described is made by the engine, or refused in a file") {
    const auto composition = map({{"volumes", list({"other:/o"})}});
    CHECK(warnings_of(cloud(composition))
          == "cloud: app shop, service web: it uses the volume other, which is not described "
             "under volumes: the engine makes it");
    CHECK(effect_in_compose(composition)
          == "refused: compose.yaml: service web: it uses the volume other, which is not described "
             "under volumes; add it there");
  }

  TEST_CASE("networks: which are joined, under which aliases, and which is the network mode") {
    const std::string front = "networks(a7_front): aliases [web]";
    const std::string back = "networks(a7_back): aliases [web]";
    const std::string front_mode = "network_mode: \"a7_front\"; ";
    const struct {
      std::string name;
      value composition;
      std::string effect;
    } rows[] = {
      {"nothing said: the default network", map({}), ""},
      {"an empty list too", map({{"networks", list({})}}), ""},
      {"a list: the first is the mode",
        map({{"networks", list({"front", "back"})}}),
        front_mode + back + "; " + front},
      {"a map, one with null",
        map({{"networks", map({{"front", value{}}, {"default", value{}}})}}),
        front_mode + front},
      {"aliases and an address",
        map({{"networks",
          map({{"front", map({{"aliases", list({"www"})}, {"ipv4_address", "10.0.0.9"}})}})}}),
        front_mode + "networks(a7_front): aliases [www, web] 10.0.0.9"},
      {"the service's own name is not doubled",
        map({{"networks", map({{"front", map({{"aliases", list({"web"})}})}})}}),
        front_mode + front},
      {"a mode that is listed keeps its options",
        map({{"networks", map({{"back", map({})}, {"front", map({{"aliases", list({"www"})}})}})},
          {"network_mode", "front"}}),
        front_mode + back + "; networks(a7_front): aliases [www, web]"},
      {"a mode that is not listed is joined", map({{"network_mode", "front"}}), front_mode + front},
      {"host: with the device's name",
        map({{"network_mode", "host"}}),
        R"(network_mode: "host"; hostname: "device-host")"},
      {"host: or its own",
        map({{"network_mode", "host"}, {"hostname", "h"}}),
        R"(network_mode: "host"; hostname: "h")"},
      {"bridge", map({{"network_mode", "bridge"}}), "network_mode: \"bridge\""},
      {"none", map({{"network_mode", "none"}}), "network_mode: \"none\""},
      {"no mode beside a list", // as v19 takes what JavaScript takes for false
        map({{"networks", list({"front"})}, {"network_mode", ""}}),
        front_mode + front},
      {"another service's", map({{"network_mode", "service:db"}}), "network_mode: \"service:db\""},
      {"another service's, beside nothing",
        map({{"network_mode", "service:db"},
          {"dns", list({})},
          {"extra_hosts", map({})},
          {"hostname", ""},
          {"ports", list({})}}),
        "network_mode: \"service:db\""},
      {"an address for an interface that is another's",
        map({{"network_mode", "service:db"}, {"mac_address", "02:00:00:00:00:01"}}),
        "network_mode: \"service:db\""},
    };
    for (const auto& row : rows) {
      CAPTURE(row.name);
      CHECK(effect_in_cloud(row.composition) == row.effect);
    }
  }

  TEST_CASE("networks: what could never start is refused before anything is stopped for it") {
    const struct {
      std::string name;
      value composition;
      std::string told;
    } rows[] = {
      {"the supervisor's own network",
        map({{"networks", list({"supervisor0"})}}),
        "composition.networks[0]: the network supervisor0 cannot be joined by name; set the label "
        R"(io.balena.features.supervisor-api: "1" instead)"},
      {"also as mode",
        map({{"network_mode", "supervisor0"}}),
        "composition.network_mode: the network supervisor0 cannot be joined by name; set the label "
        R"(io.balena.features.supervisor-api: "1" instead)"},
      {"another container's network",
        map({{"network_mode", "container:abc"}}),
        "composition.network_mode: found \"container:abc\", expected host, bridge, none, "
        "service:<name> or the name of a network"},
      {"networks beside a shared one",
        map({{"network_mode", "service:db"}, {"networks", list({"front"})}}),
        "composition.network_mode: networks cannot be joined beside network_mode service:db: the "
        "container lives in the networks of db; remove one of them"},
      {"networks beside host",
        map({{"network_mode", "host"}, {"networks", list({"front"})}}),
        "composition.network_mode: networks cannot be joined beside network_mode host; remove one "
        "of them"},
      {"a port beside a shared network",
        map({{"network_mode", "service:db"}, {"ports", list({"80:80"})}}),
        "composition.ports: network_mode service:db stands beside it: set it for db, in whose "
        "networks the container lives"},
      {"a name server beside it",
        map({{"network_mode", "service:db"}, {"dns", "10.0.0.1"}}),
        "composition.dns: network_mode service:db stands beside it: set it for db, in whose "
        "networks the container lives"},
      {"other machines beside it",
        map({{"network_mode", "service:db"}, {"extra_hosts", map({{"a", "10.0.0.1"}})}}),
        "composition.extra_hosts: network_mode service:db stands beside it: set it for db, in "
        "whose networks the container lives"},
      {"a name of its own beside it",
        map({{"network_mode", "service:db"}, {"hostname", "h"}}),
        "composition.hostname: network_mode service:db stands beside it: set it for db, in whose "
        "networks the container lives"},
      {"a network the release does not have",
        map({{"networks", list({"side"})}}),
        "it joins the network side, which the release does not have; add it under networks"},
      {"a service the release does not have",
        map({{"network_mode", "service:gone"}}),
        "its network_mode names the service gone, which the release does not have"},
      {"a service that waits for itself",
        map({{"depends_on", list({"web"})}}),
        "its dependencies lead back to itself, so it could never start; remove one of the "
        "depends_on or network_mode entries in the circle"},
    };
    for (const auto& row : rows) {
      CAPTURE(row.name);
      CHECK(
        effect_in_cloud(row.composition) == "refused: cloud: app shop, service web: " + row.told);
    }
  }

  TEST_CASE("dependencies: a circle is refused wherever it is") {
    const auto waits_for = [](value names, int id) {
      return cloud_service(value::map({{"depends_on", std::move(names)}}), value::map({}), id);
    };
    const auto made = normalise_target(cloud_release(map({
                                         {"web", waits_for(list({"a"}), 1)},
                                         {"a", waits_for(list({"b"}), 2)},
                                         {"b", waits_for(list({"c"}), 3)},
                                         {"c", waits_for(list({"a"}), 4)},
                                       })),
      device());
    REQUIRE(!made);
    CHECK(
      from(made.error().what, "service ").rfind("service a: its dependencies lead back", 0) == 0);
  }

  TEST_CASE("environment: the cloud's, then the composition's, then ours, then the image's") {
    auto service = cloud_service(map({{"environment",
      map({{"A", "composition"},
        {"B", "composition"},
        {"BALENA_APP_NAME", "mine"},
        {"RESIN_DEVICE_NAME_AT_INIT", "mine"}})}}));
    service.set("environment", map({{"A", "cloud"}}));
    const auto document = cloud_release(map({{"web", service}}));
    const auto made = normalise_target(document, device());
    REQUIRE(made);
    image_facts image;
    image.env = {{"A", secret{"image"}}, {"C", secret{"image"}}, {"USER", secret{"image"}}};
    const auto env = resolve(*web(made->target), &image, {"sha256:1"}).env;
    const struct {
      std::string name, expected;
    } rows[] = {
      {"A", "cloud"},
      {"B", "composition"},
      {"C", "image"},
      {"USER", "root"},
      {"BALENA_APP_NAME", "mine"},
      {"RESIN_APP_NAME", "shop"},
      {"BALENA_APP_ID", "7"},
      {"RESIN_APP_UUID", "a7"},
      {"BALENA_SERVICE_NAME", "web"},
      {"RESIN_DEVICE_UUID", "d1"},
      {"BALENA_DEVICE_TYPE", "generic-amd64"},
      {"RESIN_DEVICE_ARCH", "amd64"},
      {"BALENA_HOST_OS_VERSION", "balenaOS 6"},
      {"BALENA_APP_LOCK_PATH", "/tmp/balena/updates.lock"},
      {"BALENA_DEVICE_NAME_AT_INIT", "my-device"},
      {"RESIN_DEVICE_NAME_AT_INIT", "my-device"},
      {"BALENA", "1"},
      {"RESIN", "1"},
      {"BALENA_SERVICE_HANDOVER_COMPLETE_PATH", "/tmp/balena/handover-complete"},
      {"RESIN_SERVICE_KILL_ME_PATH", "/tmp/balena/handover-complete"},
    };
    for (const auto& row : rows) {
      CAPTURE(row.name);
      REQUIRE(env.count(row.name) == 1);
      CHECK(env.at(row.name).reveal() == row.expected);
    }
  }

  TEST_CASE("labels: the cloud's win over the composition's, and identity over both") {
    const auto made = container_of(cloud(map({{"labels", map({{"a", "composition"}, {"b", "1"}})}}),
      map({{"a", "cloud"}, {"io.resin.service-id", "999"}})));
    const label_map expected{
      {"a", "cloud"},
      {"b", "1"},
      {"io.balena.app-id", "7"},
      {"io.balena.app-uuid", "a7"},
      {"io.balena.service-id", "71"},
      {"io.balena.service-name", "web"},
      {"io.balena.supervised", "true"},
    };
    CHECK((made.labels == expected));
  }

  TEST_CASE("features: what a label asks of the host") {
    const std::string locks = "/locks/7/web:/tmp/balena, /locks/7/web:/tmp/resin";
    const auto feature = [](const std::string& name) { return "io.balena.features." + name; };
    const struct {
      std::string name, text, effect;
    } rows[] = {
      {"dbus", "1", "volumes: [" + locks + ", /run/dbus:/host/run/dbus]"},
      {"dbus", "TRUE", "volumes: [" + locks + ", /run/dbus:/host/run/dbus]"},
      {"dbus", "on", "volumes: [" + locks + ", /run/dbus:/host/run/dbus]"},
      {"dbus", "yes", ""},
      {"dbus", "0", ""},
      {"sysfs", "1", "volumes: [" + locks + ", /sys:/sys]"},
      {"procfs", "1", "volumes: [" + locks + ", /proc:/proc]"},
      {"kernel-modules", "1", ""}, // this host has none
      {"firmware", "1", ""},
      {"balena-socket",
        "1",
        "env(DOCKER_HOST): hidden; mounts: [bind /run/engine.sock:/host/run/balena-engine.sock, "
        "bind /run/engine.sock:/run/engine.sock, bind /run/engine.sock:/var/..."},
      {"balena-api",
        "1",
        "env(BALENA_API_KEY): hidden; env(BALENA_API_URL): hidden; env(RESIN_API_KEY): hidden; "
        "env(RESIN_API_URL): hidden"},
      {"gpu", "1", "device_requests: [1 [gpu]]"},
      {"host-os.board-rev",
        "1",
        "env(BALENA_HOST_OS_BOARD_REV): hidden; env(BALENA_HOST_OS_BUILD): hidden; "
        "env(RESIN_HOST_OS_BOARD_REV): hidden; env(RESIN_HOST_OS_BUILD): hidden"},
      {"extra-firmware", "1", "mounts: [volume extra-firmware:/extra-firmware]"},
      {"unheard-of", "1", ""},
    };
    for (const auto& row : rows) {
      CAPTURE(row.name);
      CAPTURE(row.text);
      const auto key = feature(row.name);
      auto effect = effect_in_cloud(map({}), map({{key, row.text}}));
      const auto label = "labels(" + key + "): \"" + row.text + '"';
      REQUIRE(effect.find(label) != std::string::npos);
      // Labels come before mounts and behind the environment.
      const auto at = effect.find(label);
      effect.erase(at, std::min(label.size() + 2, effect.size() - at));
      if (effect.size() > 1 && effect.substr(effect.size() - 2) == "; ")
        effect.erase(effect.size() - 2);
      CHECK(effect == row.effect);
    }
  }

  TEST_CASE("features: host folders are bound where the host has them") {
    auto host = device();
    host.has_kernel_modules = true;
    host.has_firmware = true;
    const auto made = normalise_target(
      cloud(map({}),
        map({{"io.balena.features.kernel-modules", "1"}, {"io.balena.features.firmware", "1"}})),
      host);
    REQUIRE(made);
    const auto& binds = web(made->target)->config.binds;
    CHECK(std::count(binds.begin(), binds.end(), "/lib/modules:/lib/modules") == 1);
    CHECK(std::count(binds.begin(), binds.end(), "/lib/firmware:/lib/firmware") == 1);
  }

  TEST_CASE("features: a user's DOCKER_HOST stays, a key for the API does not") {
    const auto made = container_of(cloud(
      map({{"environment",
        map({{"DOCKER_HOST", "unix:///mine"}, {"BALENA_SUPERVISOR_API_KEY", "mine"}})}}),
      map(
        {{"io.balena.features.balena-socket", "1"}, {"io.balena.features.supervisor-api", "1"}})));
    CHECK(made.env.at("DOCKER_HOST").reveal() == "unix:///mine");
    CHECK(made.env.at("BALENA_SUPERVISOR_API_KEY").reveal() == "web-key");
  }

  TEST_CASE("features: the way to the local API depends on the network mode") {
    const struct {
      std::string mode, address;
      bool joins;
    } rows[] = {
      {"front", "http://10.114.104.1:48484", true},
      {"bridge", "http://10.114.104.1:48484", true},
      {"host", "http://127.0.0.1:48484", false},
      {"none", "http://10.114.104.1:48484", false},
      {"service:db", "http://10.114.104.1:48484", false},
    };
    for (const auto& row : rows) {
      CAPTURE(row.mode);
      const auto made = container_of(cloud(
        map({{"network_mode", row.mode}}), map({{"io.balena.features.supervisor-api", "1"}})));
      CHECK(made.env.at("RESIN_SUPERVISOR_ADDRESS").reveal() == row.address);
      CHECK((made.networks.count("supervisor0") == 1) == row.joins);
      if (row.joins)
        CHECK(made.networks.at("supervisor0").aliases.empty());
    }
  }

  TEST_CASE("strategy: the label's, or the first") {
    const struct {
      std::string label;
      update_strategy strategy;
    } rows[] = {
      {"download-then-kill", update_strategy::download_then_kill},
      {"kill-then-download", update_strategy::kill_then_download},
      {"delete-then-download", update_strategy::delete_then_download},
      {"hand-over", update_strategy::hand_over},
      {"Hand-Over", update_strategy::download_then_kill},
      {"", update_strategy::download_then_kill},
    };
    for (const auto& row : rows) {
      CAPTURE(row.label);
      const auto made =
        normalise_target(cloud(map({}), map({{"io.resin.update.strategy", row.label}})), device());
      REQUIRE(made);
      CHECK((web(made->target)->strategy == row.strategy));
    }
  }
}

} // namespace
} // namespace copal::planning::documents
