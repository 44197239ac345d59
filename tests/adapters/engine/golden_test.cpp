// Bodies that balena-supervisor 19.0.5 sent to Docker 20.10, and what the engine showed afterwards:
// our own recordings, cut to what is read. What we read from the inspection, we must be able to
// send again, and it must be the body that was sent, but for what the engine is known to change.

#include "tests/support/golden.hpp"

#include "adapters/engine/calls.hpp"
#include "adapters/engine/codec.hpp"
#include "adapters/engine/json_reader.hpp"

#include <algorithm>
#include <filesystem>
#include <string>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

using namespace copal;
using namespace copal::engine_wire;

namespace {

constexpr std::size_t short_id = 12;

/// The order of a list is not part of what is sent, for a field that was a map or a set.
void sort_list(json& list) {
  if (list.is_array())
    std::sort(list.begin(), list.end());
}

/// Takes back what the engine puts in between "create" and "inspect".
/// Source: spec/state-engine.md §14 and the notes of the recordings.
void forgive(json& sent, json& ours, const json& inspect) {
  sent.erase("name"); // the query says it; a client library of the recorded supervisor repeats it
  // The engine's short id (with `service:`, the other container's) is hostname and alias; a
  // hostname that was given is an alias too.
  if (sent["Hostname"] == "" || inspect["HostConfig"]["NetworkMode"] == "host")
    ours["Hostname"] = sent["Hostname"];
  const auto id = inspect["Id"].get<std::string>().substr(0, short_id);
  for (auto& x : ours["NetworkingConfig"]["EndpointsConfig"]) {
    auto& aliases = x["Aliases"];
    aliases.erase(std::remove(aliases.begin(), aliases.end(), json(id)), aliases.end());
    aliases.erase(std::remove(aliases.begin(), aliases.end(), sent["Hostname"]), aliases.end());
  }
  // The image's labels are merged in again, so that its `io.resin.*` stand beside their
  // `io.balena.*`.
  for (auto it = ours["Labels"].begin(); it != ours["Labels"].end();)
    it = it.key().starts_with("io.resin.") && !sent["Labels"].contains(it.key())
           ? ours["Labels"].erase(it)
           : std::next(it);
  // With the host's processes or memory, the engine switches labelling off.
  auto& options = ours["HostConfig"]["SecurityOpt"];
  if (sent["HostConfig"]["PidMode"] == "host" || sent["HostConfig"]["IpcMode"] == "host")
    options.erase(
      std::remove(options.begin(), options.end(), json("label=disable")), options.end());
  // A check without a test gets the image's.
  if (!sent["Healthcheck"].contains("Test"))
    ours["Healthcheck"].erase("Test");
  // A null argument (the supervisor's reading of `#`) becomes an empty one.
  for (auto& x : sent["Cmd"])
    x = x.is_null() ? json("") : x;
  for (auto* body : {&sent, &ours})
    sort_list((*body)["Env"]);
}

std::vector<std::string> cases(const std::string& folder) {
  std::vector<std::string> out;
  for (const auto& x : std::filesystem::directory_iterator(test::golden_folder() / folder))
    out.push_back(folder + '/' + x.path().filename().string());
  std::sort(out.begin(), out.end());
  return out;
}

} // namespace

TEST_SUITE("engine: wire") {

  TEST_CASE("golden: what is read from a container is sent as it was created") {
    const auto names = cases("engine/containers");
    CHECK(names.size() >= 20);
    for (const auto& name : names) {
      CAPTURE(name);
      const auto recorded = json::parse(test::golden(name));
      const auto shown = read_container(recorded["inspect"].dump());
      REQUIRE_MESSAGE(shown, to_string(shown.error()));
      const auto written = write_create(shown->config);
      REQUIRE(written);
      auto ours = json::parse(*written);
      auto sent = recorded["create"];
      forgive(sent, ours, recorded["inspect"]);
      const auto differences = json::diff(sent, ours).dump(1);
      CHECK(differences == "[]");
    }
  }

  TEST_CASE("golden: the keys of a create body stand in the recorded order") {
    const auto recorded =
      nlohmann::ordered_json::parse(test::golden("engine/containers/18-image-full.json"));
    const auto shown = read_container(recorded["inspect"].dump());
    REQUIRE(shown);
    const auto ours = nlohmann::ordered_json::parse(*write_create(shown->config));
    const auto keys = [](const nlohmann::ordered_json& body) {
      std::vector<std::string> out;
      for (const auto& [key, x] : body.items()) {
        if (key != "name")
          out.push_back(key);
      }
      return out;
    };
    CHECK(keys(ours) == keys(recorded["create"]));
    CHECK(keys(ours["HostConfig"]) == keys(recorded["create"]["HostConfig"]));
  }

  TEST_CASE("golden: later networks are connected with the recorded bodies") {
    for (const auto& name : cases("engine/containers")) {
      CAPTURE(name);
      const auto recorded = json::parse(test::golden(name));
      const auto shown = read_container(recorded["inspect"].dump());
      REQUIRE(shown);
      for (const auto& x : recorded["connects"]) {
        auto how = shown->config.networks.at(x["network"].get<std::string>());
        std::erase(how.aliases, shown->id.value.substr(0, short_id));
        CHECK(json::parse(*write_connect(shown->id, how)) == x["body"]);
      }
    }
  }

  TEST_CASE("golden: networks are read as they were created") {
    for (const auto& x : json::parse(test::golden("engine/networks.json"))) {
      CAPTURE(x["name"]);
      const auto shown = read_networks(json::array({x["inspect"]}).dump());
      REQUIRE_MESSAGE(shown, to_string(shown.error()));
      REQUIRE(shown->size() == 1);
      auto sent = x["create"];
      auto ours = json::parse(*write_network(shown->front().name, shown->front().config));
      // Without pools the engine chooses one and shows it. The supervisor sent auxiliary addresses
      // under a name that the engine does not know.
      if (sent["IPAM"]["Config"].empty())
        ours["IPAM"]["Config"] = json::array();
      for (auto& pool : sent["IPAM"]["Config"])
        pool.erase("AuxAddress");
      // For its own network it left the defaults out.
      const json defaults = {{"Driver", "bridge"},
        {"EnableIPv6", false},
        {"Internal", false},
        {"ConfigOnly", false},
        {"Labels", json::object()}};
      for (const auto& [key, value] : defaults.items())
        sent.emplace(key, value);
      sent["IPAM"].emplace("Options", json::object());
      CHECK(json::diff(sent, ours).dump() == "[]");
    }
  }

  TEST_CASE("golden: volumes are read as they were created") {
    for (const auto& x : json::parse(test::golden("engine/volumes.json"))) {
      CAPTURE(x["name"]);
      const auto shown = read_volume(x["inspect"].dump());
      REQUIRE_MESSAGE(shown, to_string(shown.error()));
      auto sent = x["create"];
      const json defaults = {
        {"Driver", "local"}, {"DriverOpts", json::object()}, {"Labels", json::object()}};
      for (const auto& [key, value] : defaults.items())
        sent.emplace(key, value);
      CHECK(
        json::diff(sent, json::parse(*write_volume(shown->name, shown->config))).dump() == "[]");
      const auto in_list =
        read_volumes(json{{"Volumes", json::array({x["inspect"]})}, {"Warnings", nullptr}}.dump());
      REQUIRE(in_list);
      CHECK(in_list->front() == *shown);
    }
  }

} // TEST_SUITE
