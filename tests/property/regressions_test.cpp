// Differences that were none, each once a container made anew for ever: one row each, on the real
// engine. Source: spec/state-engine.md §14, and what the property test found.

#include "actors/planning/compare/compare.hpp"
#include "actors/planning/compare/resolve.hpp"
#include "actors/planning/normalise/normalise.hpp"
#include "tests/property/engine_under_test.hpp"

#include <string>

#include <doctest/doctest.h>

namespace copal::property {

namespace {

struct row {
  const char* name;
  value composition;
  const char* image = "property/plain:1";
  dialect form = dialect::cloud_v3;
};

value map(std::initializer_list<value_member> members) {
  return value::map(members);
}

value list(std::initializer_list<value> items) {
  return value::list(items);
}

constexpr auto full = "property/full:1";

std::vector<row> engine_rows() {
  return {
    {"ports in another order",
      map({{"ports", list({"9001:81", "9000:80", "127.0.0.1:53:53/udp"})}})},
    {"one container port on two of the host", map({{"ports", list({"9001:80", "9000:80"})}})},
    {"ports within the image's EXPOSE",
      map({{"ports", list({"8001-8002:8001-8002", "80:80"})}}),
      full},
    {"a port of the engine's choice", map({{"ports", list({"6000"})}}), full, dialect::compose},
    {"restart: \"no\"", map({{"restart", "no"}})},
    {"restart: on-failure:3", map({{"restart", "on-failure:3"}}), full, dialect::compose},
    {"environment with = in a value",
      map({{"environment", map({{"A", "b=c=d"}, {"EMPTY", ""}})}}),
      full},
    {"environment over the image's",
      map({{"environment", list({"PATH=/x", "ONLY_IMAGE="})}}),
      full},
    {"mac_address", map({{"mac_address", "02:42:ac:11:00:03"}})},
    {"ipc by default", map({})},
    {"ipc: \"\"", map({{"ipc", ""}})},
    {"ipc: host", map({{"ipc", "host"}})},
    {"pid and ipc host, to which engines add label=disable",
      map({{"pid", "host"}, {"ipc", "host"}})},
    {"an image's healthcheck", map({}), full},
    {"an image's healthcheck by a shell", map({}), "property/shell:1"},
    {"a healthcheck without test", map({{"healthcheck", map({{"interval", "7s"}})}}), full},
    {"a healthcheck switched off", map({{"healthcheck", map({{"disable", true}})}}), full},
    {"a healthcheck without test, and none in the image",
      map({{"healthcheck", map({{"interval", "7s"}})}})},
    {"shm_size: 0", map({{"shm_size", 0}})},
    {"stop_grace_period: 0s", map({{"stop_grace_period", "0s"}})},
    {"stop_signal as a number", map({}), "property/silent:1"},
    {"tmpfs with options", map({{"tmpfs", list({"/b:size=1m,mode=1777", "/a"})}})},
    {"tmpfs twice", map({{"tmpfs", list({"/a", "/b:size=1m", "/a", "/b:size=1m"})}})},
    {"tmpfs twice, with other options", map({{"tmpfs", list({"/b:size=1m", "/b:size=2m"})}})},
    {"tmpfs with a colon and no options", map({{"tmpfs", list({"/a:"})}})},
    {"read_only, for which podman adds tmpfs",
      map({{"read_only", true}, {"tmpfs", list({"/tmp"})}})},
    {"ulimits",
      map({{"ulimits", map({{"nproc", 99}, {"nofile", map({{"soft", 1}, {"hard", 2}})}})}})},
    {"sysctls", map({{"sysctls", list({"net.core.somaxconn=200"})}})},
    {"pids_limit: 0", map({{"pids_limit", 0}})},
    {"pids_limit: -1", map({{"pids_limit", -1}})},
    {"an empty user, folder and signal",
      map({{"user", ""}, {"working_dir", ""}, {"stop_signal", ""}}),
      full},
    {"the same of a file, where the image has other ones",
      map({{"user", ""}, {"working_dir", ""}, {"stop_signal", ""}}),
      "property/shell:1",
      dialect::compose},
    {"the same, where the image has none",
      map({{"user", ""}, {"working_dir", ""}, {"stop_signal", ""}})},
    {"command: [] behind the image's entrypoint", map({{"command", list({})}}), full},
    {"command: [] without any entrypoint", map({{"command", list({})}}), "property/shell:1"},
    {"command: \"\" without any entrypoint", map({{"command", ""}}), "property/shell:1"},
    {"entrypoint: [\"\"]", map({{"entrypoint", list({""})}})},
    {"command with #", map({{"command", "sh -c echo # not a comment"}})},
    {"$ in single quotes", map({{"command", "echo 'q $A'"}})},
    {"the device's name in the environment",
      map({{"environment", map({{"BALENA_DEVICE_NAME_AT_INIT", "x"}})}})},
    {"no gpu label", map({{"features", list({"sysfs"})}})},
    {"a gpu label", map({{"features", list({"gpu"})}})},
    {"supervisor0 joined by the label", map({{"features", list({"supervisor-api"})}})},
    {"a long volume with read_only",
      map({{"volumes",
        list({map(
          {{"type", "volume"}, {"source", "data"}, {"target", "/d"}, {"read_only", true}})})}})},
    {"one volume twice", map({{"volumes", list({"data:/d:ro", "data:/d:ro"})}})},
    {"an anonymous volume that the image has too", map({{"volumes", list({"/data"})}}), full},
    {"network_mode: service", map({{"network_mode", "service:db"}})},
    {"a listed network that is the mode too",
      map({{"networks", map({{"front", map({{"aliases", list({"z", "a"})}})}})},
        {"network_mode", "front"}})},
    {"extra networks", map({{"networks", list({"back", "front", "default"})}})},
    {"an image's io.resin label", map({{"labels", map({{"io.resin.mine", "1"}})}}), full},
    {"capabilities in other spellings", map({{"cap_add", list({"CAP_SYS_TIME", "NET_ADMIN"})}})},
    {"security_opt", map({{"security_opt", list({"seccomp=unconfined", "no-new-privileges"})}})},
    {"a working folder with a slash", map({{"working_dir", "/srv/"}})},
    {"running: false", map({{"running", false}})},
    {"host network, named like the machine", map({{"network_mode", "host"}})},
  };
}

const target_service* web(const device_target& target) {
  for (const auto& service : target.apps.at(0).release->services) {
    if (service.name.value == "web")
      return &service;
  }
  return nullptr;
}

std::string differing(const row& x) {
  auto& engine = under_test();
  const auto made =
    planning::normalise_target(document_of(x.composition, x.image, x.form), engine.device());
  if (!made)
    return "refused: " + made.error().what;
  const auto& image = engine.image(x.image);
  const auto config = planning::resolve(*web(made->target), &image.facts, image.image.id);
  planning::compare_context by;
  by.lacks = under_test().lacks();
  by.services["db"] = engine.db();
  auto sent = config;
  if (sent.network_mode == "service:db")
    sent.network_mode = "container:" + engine.db().value;
  const auto shown = engine.shown("regression", sent);
  if (!shown)
    return shown.error().what;
  std::string out;
  for (const auto& d : planning::differences(*shown, config, by))
    out += d.field + ": " + d.current + " against " + d.target + "; ";
  return out;
}

} // namespace

TEST_CASE("regressions: what engines show otherwise than it was sent is no difference") {
  for (const auto& x : engine_rows()) {
    CAPTURE(x.name);
    CHECK(differing(x) == "");
  }
}

TEST_CASE(
  "regressions: an alias that is a short id is the engine's, one that begins like it is not") {
  auto& engine = under_test();
  container_config config;
  config.image = engine.image("property/plain:1").image.id.value;
  config.command = {"/bin/busybox", "true"};
  const auto target = planning::normalise_target(
    document_of(map({}), "property/plain:1", dialect::cloud_v3), engine.device());
  REQUIRE(target);
  config = planning::resolve(*web(target->target),
    &engine.image("property/plain:1").facts,
    engine.image("property/plain:1").image.id);
  auto shown = engine.shown("aliases", config);
  REQUIRE(shown);
  auto& aliases = shown->config.networks.at(config.network_mode).aliases;
  const auto short_id = shown->id.value.substr(0, 12);
  const auto prefix = shown->id.value.substr(0, 2);
  aliases.push_back(prefix);
  config.networks.at(config.network_mode).aliases.push_back(prefix);
  CHECK(planning::differences(*shown, config, {}).empty());
  config.networks.at(config.network_mode).aliases.push_back(short_id);
  CHECK(planning::differences(*shown, config, {}).size() == 1);
}

} // namespace copal::property
