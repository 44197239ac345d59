#include "adapters/engine/forgetful.hpp"

#include "adapters/engine/codec.hpp"

#include <string>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

using namespace copal;
using namespace copal::engine_wire;
using json = nlohmann::json;
using namespace std::chrono_literals;

namespace {

container_config asked() {
  container_config out;
  out.network_mode = "front";
  out.networks["front"] = {{"web"}, "10.0.0.5", "", {}};
  out.networks["back"] = {{"web"}, "10.0.1.5", "", {}};
  out.env["TOKEN"] = secret{"S3CRET"};
  out.labels["com.example"] = "yes";
  out.mounts.push_back({"volume", "7_data", "/d", true, "", false, 0});
  out.ulimits.push_back({"nofile", 1, 2});
  out.stop_signal = "SIGINT";
  out.ipc_mode = "private";
  out.healthcheck = {{"CMD", "true"}, 5s, {}, {}, 0};
  return out;
}

/// What podman 4.3 makes of it.
json shown_by_podman(const std::string& body) {
  auto config = json::parse(body);
  auto host = config["HostConfig"];
  host.update(
    json::parse(R"({"Runtime":"oci","NetworkMode":"bridge","Mounts":null,"IpcMode":"shareable",
    "Binds":["7_data:/d:ro,rprivate,nosuid,nodev,rbind"],"PidMode":"private","UTSMode":"private",
    "Ulimits":[{"Name":"RLIMIT_NOFILE","Soft":1,"Hard":2}]})"));
  config.update(json::parse(R"({"StopSignal":"2","Volumes":null,
    "Env":["TERM=xterm","container=podman","TOKEN=S3CRET"],
    "Healthcheck":{"Test":["CMD","true"],"Interval":5000000000,"Timeout":30000000000,"Retries":3}})"));
  auto out = json::parse(R"({"Id":"abc","Name":"/x","Image":"i","Created":"2026-01-01T00:00:00Z",
    "State":{"Status":"created","Running":false,"StartedAt":"0001-01-01T00:00:00Z",
      "FinishedAt":"0001-01-01T00:00:00Z","ExitCode":0},
    "NetworkSettings":{"Networks":{"front":{"IPAMConfig":null,"Aliases":["web"]},
      "back":{"IPAMConfig":null,"Aliases":["web"]}}}})");
  out["Config"] = config;
  out["HostConfig"] = host;
  return out;
}

} // namespace

TEST_SUITE("engine: wire") {

  TEST_CASE("forgetful: what podman does not show is read from the container's label") {
    const auto body = write_create_remembered(asked());
    REQUIRE(body);
    const auto shown = read_container(shown_by_podman(*body).dump());
    REQUIRE(shown);
    auto wanted = asked();
    wanted.image = "i";
    CHECK(shown->config == wanted);
  }

  TEST_CASE("forgetful: the label holds no values of the environment") {
    const auto body = json::parse(*write_create_remembered(asked()));
    const auto label = body["Labels"][std::string{asked_label}].get<std::string>();
    CHECK(label.find("S3CRET") == std::string::npos);
    CHECK(label.find("TOKEN=") != std::string::npos);
    CHECK(body["Env"] == json::array({"TOKEN=S3CRET"}));
  }

  TEST_CASE("forgetful: a label that cannot be read is taken off, and nothing else is") {
    for (const auto* label : {"", "null", "{", "[]", "{\"HostConfig\":7}"}) {
      CAPTURE(label);
      auto shown = shown_by_podman(*write_create(asked()));
      const auto bare = read_container(shown.dump());
      shown["Config"]["Labels"][std::string{asked_label}] = label;
      CHECK(*read_container(shown.dump()) == *bare);
    }
  }

  TEST_CASE("forgetful: other engines' labels of that name are anybody's") {
    auto shown = shown_by_podman(*write_create_remembered(asked()));
    shown["HostConfig"]["Runtime"] = "runc";
    const auto read = read_container(shown.dump());
    CHECK(read->config.network_mode == "bridge");
    CHECK(read->config.labels.count(std::string{asked_label}) == 1);
  }

  TEST_CASE("forgetful: no size for memory that is the machine's, which podman refuses") {
    auto config = asked();
    config.ipc_mode = "host";
    const auto body = json::parse(*write_create_remembered(config));
    CHECK(body["HostConfig"]["ShmSize"] == 0);
    CHECK(json::parse(*write_create(config))["HostConfig"]["ShmSize"] == 67108864);
  }

  TEST_CASE("forgetful: what podman does not show of a network is read from its label") {
    network_config wanted;
    wanted.driver = "bridge";
    wanted.driver_opts = {{"com.docker.network.bridge.name", "supervisor0"}};
    wanted.pools = {{"10.0.0.0/24", "10.0.0.1", "10.0.0.128/25", {{"router", "10.0.0.9"}}}};
    wanted.enable_ipv6 = true;
    wanted.labels = {{"a", "b"}};
    const auto body = write_network_remembered("n", wanted);
    REQUIRE(body);
    // As podman 4.3 answers: an option of its own, a pool of its own, and not what it does not
    // know.
    auto shown = json::parse(R"([{"Id":"1","Name":"n","Driver":"bridge","EnableIPv6":true,
      "IPAM":{"Driver":"default","Options":{"driver":"host-local"},"Config":[
        {"Subnet":"10.0.0.0/24","Gateway":"10.0.0.1"},{"Subnet":"fd77::/64","Gateway":"<nil>"}]},
      "Options":{},"Labels":{}}])");
    const auto bare = read_networks(shown.dump());
    REQUIRE(bare);
    CHECK(bare->front().config.ipam_options.size() == 1);
    shown[0]["Labels"] = json::parse(*body)["Labels"];
    const auto read = read_networks(shown.dump());
    REQUIRE(read);
    CHECK(read->front().config == wanted);
    shown[0]["Labels"] = {{"a", "b"}, {asked_label, "{"}};
    auto spoilt = bare->front().config;
    spoilt.labels = {{"a", "b"}};
    CHECK(read_networks(shown.dump())->front().config == spoilt);
  }

  TEST_CASE("forgetful: what podman adds to the options of a volume is taken off again") {
    const volume_config wanted{
      "local", {{"type", "tmpfs"}, {"device", "tmpfs"}, {"o", "uid=1000"}}, {{"a", "b"}}};
    const auto body = write_volume_remembered("v", wanted);
    REQUIRE(body);
    json shown{{"Name", "v"}, {"Driver", "local"}, {"Labels", json::parse(*body)["Labels"]}};
    shown["Options"] = {{"type", "tmpfs"}, {"device", "tmpfs"}, {"o", "uid=1000"}, {"UID", "1000"}};
    const auto read = read_volume(shown.dump());
    REQUIRE(read);
    CHECK(read->config == wanted);
    shown["Labels"] = {{"a", "b"}};
    CHECK(read_volume(shown.dump())->config.driver_opts.size() == 4);
  }

  TEST_CASE("forgetful: engines tell by their parts") {
    CHECK(is_forgetful(R"({"Components":[{"Name":"Podman Engine"},{"Name":"Conmon"}]})"));
    CHECK_FALSE(is_forgetful(R"({"Components":[{"Name":"Engine"}]})"));
    CHECK_FALSE(is_forgetful(R"({"ApiVersion":"1.41"})"));
    CHECK_FALSE(is_forgetful("nonsense"));
  }
}
