#include "adapters/engine/calls.hpp"
#include "adapters/engine/codec.hpp"

#include <string>

#include <doctest/doctest.h>

using namespace copal;
using namespace copal::engine_wire;

TEST_SUITE("engine: wire") {

  TEST_CASE("answers: what each means") {
    using op = operation;
    const struct {
      op what;
      unsigned status;
      const char* message;
      std::optional<errc> expected;
    } rows[] = {
      {op::look, 200, "", {}},
      {op::look, 404, "No such container: x", errc::not_found},
      {op::look, 500, "boom", errc::internal},
      {op::look, 503, "", errc::unavailable},
      {op::look, 302, "", errc::corrupt},
      {op::look,
        400,
        "client version 1.41 is too old. Minimum supported API version is 1.44",
        errc::unavailable},
      {op::create_container, 201, "", {}},
      {op::create_container,
        409,
        "Conflict. The container name \"/x\" is already in use",
        errc::conflict},
      {op::create_container, 404, "No such image: x:latest", errc::not_found},
      {op::create_container, 400, "invalid port specification", errc::invalid_input},
      {op::create_container, 500, "mkdir /var/lib/x: no space left on device", errc::exhausted},
      {op::connect_network, 200, "", {}},
      {op::connect_network, 403, "endpoint with name x already exists in network front", {}},
      {op::connect_network,
        403,
        "container sharing network namespace with another container",
        errc::conflict},
      {op::connect_network, 404, "network front not found", errc::not_found},
      {op::connect_network,
        400,
        "user specified IP address is supported only on user defined networks",
        errc::invalid_input},
      {op::start, 204, "", {}},
      {op::start, 304, "", {}},
      {op::start, 404, "No such container: x", errc::not_found},
      {op::start,
        400,
        "failed to create shim task: OCI runtime create failed: ... exec: \"/nope\": stat /nope: "
        "no such file or directory: unknown",
        errc::invalid_input},
      {op::start,
        500,
        "OCI runtime create failed: ... exec /app: exec format error",
        errc::invalid_input},
      {op::start,
        500,
        "driver failed programming external connectivity on endpoint x: Bind for 0.0.0.0:80 "
        "failed: port is already allocated",
        errc::conflict},
      {op::start,
        500,
        "Error starting userland proxy: listen tcp4 0.0.0.0:80: bind: address already in use",
        errc::conflict},
      {op::start,
        500,
        "error gathering device information while adding custom device \"/dev/x\": no such file or "
        "directory",
        errc::internal},
      // Left over from an earlier run of the container.
      {op::start, 500, "task 5a: already exists", errc::broken},
      {op::start, 409, "id already in use", errc::broken},
      {op::start, 500, "task 5a: already exists: unknown", errc::broken},
      {op::start,
        500,
        "failed to create task for container: task 5a: already exists",
        errc::broken},
      {op::start, 409, "container \"5a\": already exists", errc::broken},
      {op::start,
        500,
        "OCI runtime create failed: container with id exists: 5a: unknown",
        errc::broken},
      {op::start,
        500,
        "OCI runtime create failed: runc create failed: container with given ID already exists",
        errc::broken},
      {op::start,
        500,
        "failed to start shim: mkdir /run/containerd/io.containerd.runtime.v2.task/moby/5a: file "
        "exists",
        errc::broken},
      {op::start, 500, "task 5a already exists: unknown", errc::broken},
      {op::start, 500, "5a: task already exists", errc::broken},
      {op::start, 500, "crun: container `5a` already exists: OCI runtime error", errc::broken},
      {op::start, 500, "cannot start unit: Unit docker-5a.scope already exists.", errc::broken},
      {op::start,
        500,
        "Unit docker-5a.scope was already loaded or has a fragment file.",
        errc::broken},
      // Of no use to make that one anew: it would say the same.
      {op::start, 500, "endpoint with name web already exists in network x", errc::internal},
      {op::start,
        500,
        "error while creating mount source path '/x': mkdir /x: file exists",
        errc::internal},
      {op::start,
        500,
        "failed to create task for container: hook said: /etc/x: already exists",
        errc::internal},
      {op::start,
        500,
        "nvidia-container-cli: mkdir "
        "/run/containerd/io.containerd.runtime.v2.task/moby/5a/rootfs/usr/x: file exists",
        errc::internal},
      {op::start,
        500,
        "unable to retrieve OCI runtime error (open "
        "/run/containerd/io.containerd.runtime.v2.task/moby/5a/log.json: no such file or "
        "directory)",
        errc::internal},
      {op::start, 409, "container is marked for removal and cannot be started", errc::conflict},
      {op::stop, 204, "", {}},
      {op::stop, 304, "", {}},
      {op::stop, 404, "No such container: x", {}},
      {op::stop,
        500,
        "cannot stop container: x: tried to kill container, but did not receive an exit event",
        errc::internal},
      {op::remove_container, 404, "No such container: x", {}},
      {op::remove_container, 409, "You cannot remove a running container", errc::conflict},
      {op::remove_container, 409, "removal of container x is already in progress", errc::conflict},
      {op::rename, 204, "", {}},
      {op::rename, 400, "Renaming a container with the same name as its current name", {}},
      {op::rename, 409, "Conflict. The container name \"/x\" is already in use", errc::conflict},
      {op::rename, 404, "No such container: x", errc::not_found},
      {op::set_restart, 200, "", {}},
      {op::set_restart, 404, "No such container: x", errc::not_found},
      {op::set_restart,
        500,
        "Cannot update container x: Container is marked for removal and cannot be \"update\".",
        errc::conflict},
      {op::create_network, 201, "", {}},
      {op::create_network, 409, "network with name x already exists", errc::conflict},
      {op::create_network,
        403,
        "Pool overlaps with other one on this address space",
        errc::conflict},
      {op::create_network,
        500,
        "could not find an available, non-overlapping IPv4 address pool",
        errc::exhausted},
      {op::remove_network, 404, "network x not found", {}},
      {op::remove_network,
        403,
        "error while removing network: network x id y has active endpoints",
        errc::conflict},
      {op::remove_volume, 404, "get x: no such volume", {}},
      {op::remove_volume, 409, "remove x: volume is in use - [c1]", errc::conflict},
      {op::remove_image, 404, "No such image: x", {}},
      {op::remove_image, 409, "conflict: unable to remove repository reference", errc::conflict},
      {op::pull, 200, "", {}},
      {op::pull,
        404,
        "manifest for 127.0.0.1:5000/x:1 not found: manifest unknown: manifest unknown",
        errc::not_found},
      {op::pull,
        404,
        "pull access denied for x, repository does not exist or may require 'docker login'",
        errc::not_found},
      {op::pull,
        500,
        "Get \"http://127.0.0.1:5000/v2/\": dial tcp 127.0.0.1:5000: connect: connection refused",
        errc::unavailable},
      {op::pull, 500, "unauthorized: authentication required", errc::not_found},
      {op::pull, 400, "invalid tag format", errc::invalid_input},
      {op::watch, 200, "", {}},
    };
    for (const auto& row : rows) {
      CAPTURE(doing(row.what));
      CAPTURE(row.status);
      CAPTURE(row.message);
      const auto body = std::string{R"({"message":")"} + [&] {
        std::string escaped;
        for (const char* c = row.message; *c != '\0'; ++c)
          escaped += *c == '"' ? std::string{"\\\""} : std::string(1, *c);
        return escaped;
      }() + "\"}";
      const auto judged = judge(row.what, row.status, body);
      CHECK(judged.has_value() == row.expected.has_value());
      if (judged && row.expected) {
        CHECK(judged->code == *row.expected);
        CHECK(judged->what.starts_with(doing(row.what)));
        CHECK(judged->what.find(row.message) != std::string::npos);
      }
    }
  }

  TEST_CASE("answers: why a pull failed within its stream") {
    CHECK(judge_pull("write /var/lib/x: no space left on device").code == errc::exhausted);
    CHECK(judge_pull("unexpected EOF").code == errc::unavailable);
    CHECK(judge_pull("net/http: TLS handshake timeout").code == errc::unavailable);
    CHECK(judge_pull("toomanyrequests: You have reached your pull rate limit").code
          == errc::unavailable);
    CHECK(judge_pull("no matching manifest for linux/arm/v7 in the manifest list entries").code
          == errc::not_found);
    CHECK(judge_pull("failed to register layer: exit status 1").code == errc::internal);
  }

  TEST_CASE("answers: a volume that was there before") {
    const engine::create_volume asked{"v", {"local", {{"type", "tmpfs"}}, {{"a", "b"}}}};
    CHECK_FALSE(judge_volume(asked, {"v", asked.config}));
    auto other = asked.config;
    other.driver_opts.clear();
    CHECK(judge_volume(asked, {"v", other})->code == errc::conflict);
  }

  TEST_CASE("answers: the API version that both speak") {
    CHECK(*choose_version({12, 41}) == 41);
    CHECK(*choose_version({24, 43}) == 41);
    CHECK(*choose_version({42, 43}) == 42);
    CHECK(*choose_version({24, 45}) == 44);
    CHECK(*choose_version({44, 52}) == 44);
    CHECK(*choose_version({48, 60}) == 48); // better than to leave the device alone
    CHECK(*choose_version({41, 41}) == 41);
    const auto old = choose_version({12, 40});
    CHECK(old.error().code == errc::unavailable);
    CHECK(old.error().what.find("too old") != std::string::npos);
  }

} // TEST_SUITE
