// Bodies that balena-supervisor 19.0.5 sent to Docker 20.10, and what the engine showed afterwards:
// our own recordings, cut to what is read. What we read from the inspection, we must be able to
// send again, and it must be the body that was sent, but for what the engine is known to change.

#include "tests/support/golden.hpp"

#include "adapters/engine/calls.hpp"
#include "adapters/engine/codec.hpp"
#include "adapters/engine/json_reader.hpp"
#include "adapters/engine/parts.hpp"
#include "tests/support/create_bodies.hpp"

#include <algorithm>
#include <filesystem>
#include <string>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

using namespace copal;
using namespace copal::engine_wire;

namespace {

constexpr std::size_t short_id = 12;

std::vector<std::string> cases(const std::string& folder) {
  std::vector<std::string> out;
  for (const auto& x : std::filesystem::directory_iterator(test::golden_folder() / folder))
    out.push_back(folder + '/' + x.path().filename().string());
  std::sort(out.begin(), out.end());
  return out;
}

/// v19 sends the options of a tmpfs within its path, which then is the folder's name.
void beside_its_path(json& tmpfs) {
  auto out = json::object();
  for (const auto& [entry, options] : tmpfs.items()) {
    const auto colon = std::min(entry.find(':'), entry.size());
    out[entry.substr(0, colon)] = entry.substr(std::min(colon + 1, entry.size()));
  }
  tmpfs = std::move(out);
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
      CHECK(ours["HostConfig"][own_mark_field] == own_mark);
      ours["HostConfig"].erase(own_mark_field);
      auto sent = recorded["create"];
      beside_its_path(sent["HostConfig"]["Tmpfs"]);
      test::forgive_the_engine(sent, ours, recorded["inspect"]);
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
    auto host = keys(ours["HostConfig"]);
    REQUIRE(host.back() == own_mark_field);
    host.pop_back();
    CHECK(host == keys(recorded["create"]["HostConfig"]));
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
