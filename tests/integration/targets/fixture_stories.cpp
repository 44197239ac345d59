// The services that the recordings in tests/golden/v19 were made with, on an engine that really
// makes their containers.

#include "adapters/engine/codec.hpp"
#include "tests/integration/support/device.hpp"
#include "tests/integration/support/suite.hpp"
#include "tests/support/create_bodies.hpp"
#include "tests/support/golden.hpp"

#include <string>

#include <doctest/doctest.h>

using namespace copal;
using namespace copal::test;
using nlohmann::json;

namespace {

/// Fields that the recorded supervisor drops, so that no recording has them.
json newer_fields() {
  return json::parse(R"({
    "stdin_open": true, "runtime": "runc", "uts": "host", "cgroup": "private", "shm_size": 0, "ipc": "",
    "memswap_limit": "96m", "gpus": [{"driver": "nvidia", "device_ids": ["0"]}],
    "ports": [{"target": 80, "published": "18480", "host_ip": "127.0.0.1"}, {"target": 53, "published": 18453, "protocol": "udp"}],
    "devices": [{"source": "/dev/null", "target": "/dev/xnull", "permissions": "r"}],
    "extra_hosts": {"both": ["127.0.0.1", "::1"]},
    "deploy": {"resources": {
      "limits": {"cpus": "0.5", "memory": "64m", "pids": 100},
      "reservations": {"memory": "32m", "devices": [{"capabilities": ["gpu"], "count": 1}]}}}})");
}

/// The recorded target with this registry's images. What others depend on runs; the rest is only
/// created, as it asks for devices, privileges and folders of the machine.
json fixture_target() {
  auto part = json::parse(golden("v19/target.json")).begin().value();
  for (auto& [uuid, app] : part["apps"].items()) {
    for (auto& [commit, release] : app["releases"].items()) {
      auto newer = release["services"]["minimal"];
      newer["id"] = 3900;
      newer["composition"] = newer_fields();
      release["services"]["newer"] = std::move(newer);
      for (auto& [name, service] : release["services"].items()) {
        const auto was = service["image"].get<std::string>();
        const auto has = [&was](const char* text) { return was.find(text) != std::string::npos; };
        service["image"] = shared_engine().image(has("fxfull")    ? "test/full:1"
                                                 : has("fxshell") ? "test/base:2"
                                                                  : "test/base:1");
        if (name == "minimal")
          service["composition"]["stop_signal"] = "SIGKILL";
        else if (name != "dns")
          service["running"] = false;
      }
    }
  }
  return part;
}

} // namespace

TEST_SUITE("stories") {

  TEST_CASE("story: every recorded kind of service is made once and found as it was wanted") {
    device d{shared_engine()};
    d.want_document(fixture_target());
    d.start();
    REQUIRE(d.reached(std::chrono::minutes{10}));
    const auto ids = d.ids();
    CHECK(ids.size() >= 46);
    CHECK(ids.contains("newer"));
    CHECK(d.changes().find("remove") == std::string::npos);

    for (const auto& entry : ids) {
      const auto& service = entry.first; // clang 14 captures no structured binding
      CAPTURE(service);
      const auto inspect = d.inspect(service);
      const auto shown = engine_wire::read_container(inspect.dump());
      REQUIRE(shown);
      auto read_back = json::parse(*engine_wire::write_create(shown->config));
      auto bodies = d.bodies("create " + service);
      REQUIRE(bodies.size() == 1);
      forgive_the_engine(bodies[0], read_back, inspect);
      CHECK(json::diff(bodies[0], read_back).dump(1) == "[]");
    }

    REQUIRE(d.stop() == 0);
    d.forget_calls();
    d.start();
    REQUIRE(d.reached());
    CHECK(d.changes() == "");
    CHECK(d.ids() == ids);
  }

} // TEST_SUITE
