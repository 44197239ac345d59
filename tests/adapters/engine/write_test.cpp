#include "adapters/engine/codec.hpp"
#include "adapters/engine/json_reader.hpp"

#include <string>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

using namespace copal;
using namespace copal::engine_wire;

TEST_SUITE("engine: wire") {

  TEST_CASE("write: every default is sent") {
    const auto body = json::parse(*write_create({}));
    CHECK(body
          == json::parse(
            R"({"Tty":true,"Cmd":[],"Volumes":{},"Entrypoint":[],"Env":[],"ExposedPorts":{},
    "Image":"","Labels":{},"NetworkingConfig":{"EndpointsConfig":{}},"StopSignal":"SIGTERM","Domainname":"",
    "Hostname":"","MacAddress":"","User":"","WorkingDir":"","Healthcheck":{"Test":["NONE"]},"StopTimeout":10,
    "HostConfig":{"CapAdd":[],"CapDrop":[],"Binds":[],"Mounts":[],"CgroupParent":"","Devices":[],
      "DeviceRequests":[],"Dns":[],"DnsOptions":[],"DnsSearch":[],"PortBindings":{},"ExtraHosts":[],
      "GroupAdd":[],"NetworkMode":"","PidMode":"","PidsLimit":0,"SecurityOpt":[],"Sysctls":{},"Ulimits":[],
      "RestartPolicy":{"Name":"always","MaximumRetryCount":0},"CpuShares":0,"CpuQuota":0,"CpusetCpus":"",
      "Memory":0,"MemoryReservation":0,"OomKillDisable":false,"OomScoreAdj":0,"Privileged":false,
      "ReadonlyRootfs":false,"ShmSize":67108864,"Tmpfs":{},"UsernsMode":"","NanoCpus":0,
      "IpcMode":"shareable","ContainerIDFile":"copal"}})"));
  }

  TEST_CASE("write: only the endpoint that is the network mode is sent") {
    container_config config;
    config.network_mode = "front";
    config.networks["front"] = {{"web"}, "10.0.0.5", "fd00::5", {"169.254.1.1"}};
    config.networks["back"] = {{"web"}, "", "", {}};
    CHECK(
      json::parse(*write_create(config))["NetworkingConfig"]["EndpointsConfig"]
      == json::parse(R"({"front":{"IPAMConfig":{"IPv4Address":"10.0.0.5","IPv6Address":"fd00::5",
          "LinkLocalIPs":["169.254.1.1"]},"Aliases":["web"]}})"));
    config.network_mode = "service:db";
    CHECK(write_create(config).error().code == errc::invalid_input);
  }

  TEST_CASE("write: retries go with on-failure alone") {
    container_config config;
    config.restart = {restart_mode::on_failure, 3};
    CHECK(
      json::parse(*write_create(config))["HostConfig"]["RestartPolicy"]["MaximumRetryCount"] == 3);
    config.restart = {restart_mode::always, 3};
    CHECK(
      json::parse(*write_create(config))["HostConfig"]["RestartPolicy"]["MaximumRetryCount"] == 0);
  }

  TEST_CASE("write: several hosts' ports for one of the container") {
    container_config config;
    config.ports = {{"", 80, 80, transport::tcp},
      {"127.0.0.1", 8080, 80, transport::tcp},
      {"", 0, 53, transport::udp}};
    const auto body = json::parse(*write_create(config));
    CHECK(body["ExposedPorts"] == json::parse(R"({"80/tcp":{},"53/udp":{}})"));
    CHECK(body["HostConfig"]["PortBindings"]
          == json::parse(
            R"({"80/tcp":[{"HostIp":"","HostPort":"80"},{"HostIp":"127.0.0.1","HostPort":"8080"}],
          "53/udp":[{"HostIp":"","HostPort":""}]})"));
  }

  TEST_CASE("write: options of a tmpfs stand beside its path") {
    container_config config;
    config.tmpfs = {"/run", "/t:size=1m,mode=1777", "/last:"};
    const auto body = json::parse(*write_create(config));
    CHECK(body["HostConfig"]["Tmpfs"]
          == json{{"/run", ""}, {"/t", "size=1m,mode=1777"}, {"/last", ""}});
  }

  TEST_CASE("write: a text that is not UTF-8 is the asker's fault and is not quoted") {
    container_config config;
    config.env["A"] = secret{"S3CRET\xff"};
    const auto written = write_create(config);
    REQUIRE_FALSE(written);
    CHECK(written.error().code == errc::invalid_input);
    CHECK(written.error().what.find("S3CRET") == std::string::npos);
  }

  TEST_CASE("write: what is sent reads back as it was") {
    container_config config;
    config.image = "sha256:1";
    config.env["A"] = secret{"b\n"};
    config.mounts = {{"volume", "v", "/v", true, "", true, 0},
      {"tmpfs", "", "/t", false, "", false, 1024, 01777},
      {"bind", "/h", "/b", false, "rslave", false, 0}};
    config.device_requests = {{"nvidia", -1, {"0"}, {{"gpu"}}, {{"k", "v"}}}};
    config.devices = {{"/dev/null", "/dev/x", "rw"}};
    config.ulimits = {{"nofile", 1, 2}};
    config.init = false;
    config.stdin_open = true;
    config.runtime = "runc";
    config.logging = {"json-file", {{"max-size", "1m"}}};
    config.uts_mode = "host";
    config.cgroupns_mode = "private";
    config.memory_swap_bytes = -1;
    config.annotations = {{"com.example", "a=b"}};
    config.healthcheck = {{"CMD", "x"},
      std::chrono::seconds{1},
      std::chrono::seconds{2},
      std::chrono::seconds{3},
      4,
      std::chrono::milliseconds{5}};
    config.network_mode = "n";
    config.networks["n"] = {{"web"}, "10.0.0.5", "", {}};
    const auto sent = json::parse(*write_create(config));
    auto config_part = sent;
    config_part.erase("HostConfig");
    const json shown = {{"Id", "c1"},
      {"Name", "/x"},
      {"Image", "sha256:1"},
      {"State", {{"Status", "created"}}},
      {"Config", config_part},
      {"HostConfig", sent["HostConfig"]},
      {"NetworkSettings", {{"Networks", sent["NetworkingConfig"]["EndpointsConfig"]}}}};
    const auto read = read_container(shown.dump());
    REQUIRE_MESSAGE(read, to_string(read.error()));
    CHECK(read->config == config);
  }

  TEST_CASE("write: what is left to the engine is not sent, and the rest as the engine names it") {
    container_config config;
    config.stdin_open = true;
    config.runtime = "crun";
    config.logging = {"", {{"max-file", "2"}}};
    config.uts_mode = "host";
    config.cgroupns_mode = "host";
    config.memory_swap_bytes = 96;
    const auto body = json::parse(*write_create(config));
    CHECK(body["OpenStdin"] == true);
    const auto& host = body["HostConfig"];
    CHECK(host["Runtime"] == "crun");
    CHECK(host["LogConfig"] == json::parse(R"({"Type":"","Config":{"max-file":"2"}})"));
    CHECK(host["UTSMode"] == "host");
    CHECK(host["CgroupnsMode"] == "host");
    CHECK(host["MemorySwap"] == 96);
    const auto bare = json::parse(*write_create({}));
    CHECK_FALSE(bare.contains("OpenStdin"));
    for (const auto* key :
      {"Init", "LogConfig", "MemorySwap", "Runtime", "UTSMode", "CgroupnsMode"}) {
      CAPTURE(key);
      CHECK_FALSE(bare["HostConfig"].contains(key));
    }
  }

  TEST_CASE("write: networks name auxiliary addresses as the engine does") {
    network_config config;
    config.pools = {{"10.0.0.0/24", "10.0.0.1", "10.0.0.128/25", {{"h", "10.0.0.9"}}}};
    CHECK(json::parse(*write_network("n", config))["IPAM"]["Config"]
          == json::parse(R"([{"Subnet":"10.0.0.0/24","Gateway":"10.0.0.1","IPRange":"10.0.0.128/25",
          "AuxiliaryAddresses":{"h":"10.0.0.9"}}])"));
  }

} // TEST_SUITE
