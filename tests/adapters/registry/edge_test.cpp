#include "adapters/loop/loop.hpp"
#include "adapters/registry/registry.hpp"
#include "tests/adapters/registry/small_server.hpp"
#include "tests/support/live_system.hpp"

#include <atomic>
#include <thread>

#include <caf/send.hpp>
#include <doctest/doctest.h>

namespace copal::test {
namespace {

using namespace std::chrono_literals;

const std::string digest_a = "sha256:" + std::string(64, 'a');
const std::string digest_b = "sha256:" + std::string(64, 'b');
const std::string digest_c = "sha256:" + std::string(64, 'c');

const std::string index_text =
  R"({"manifests":[{"digest":")" + digest_a
  + R"(","size":1,"platform":{"os":"linux","architecture":"amd64"}}]})";
const std::string manifest_text = R"({"config":{"digest":")" + digest_b
                                  + R"(","size":1},"layers":[{"digest":")" + digest_c
                                  + R"(","size":42}]})";
const std::string config_text = R"({"rootfs":{"diff_ids":[")" + digest_c + R"("]}})";

/// The edge on threads, as it runs.
class registry_bench {
public:
  explicit registry_bench(registry_config config = {}) {
    loop_.start();
    edge = spawn_registry(loop_, std::move(config));
  }
  ~registry_bench() { kill(); }
  registry_bench(const registry_bench&) = delete;
  registry_bench& operator=(const registry_bench&) = delete;

  result<registry::remote_image> look(const std::string& image) {
    return ask<registry::remote_image>(
      *system_, edge, registry::look_at_image{image, {"linux", "amd64", ""}, {}});
  }
  void kill() {
    caf::scoped_actor self{*system_};
    self->send_exit(edge, caf::exit_reason::user_shutdown);
    self->wait_for(edge);
  }
  caf::actor_system& actors() { return *system_; }

private:
  live_system system_;
  loop loop_{*system_};

public:
  supervised<registry_actor> edge;
};

bool has(const std::string& request, const std::string& words) {
  return request.find(words) != std::string::npos;
}

/// An honest registry, without asking who asks.
bool serve(int fd, const std::string& request) {
  if (has(request, "GET /v2/x/y/manifests/1 "))
    return send_answer(fd, 200, index_text, "Docker-Content-Digest: sha256:index\r\n");
  if (has(request, "GET /v2/x/y/manifests/" + digest_a))
    return send_answer(fd, 200, manifest_text);
  if (has(request, "GET /v2/x/y/blobs/" + digest_b))
    return send_answer(fd, 200, config_text);
  return send_answer(fd, 404, "{}");
}

const registry::remote_image expected{"sha256:index", digest_b, {{digest_c, digest_c, 42}}};

registry_config with_login(const std::string& host) {
  registry_config out;
  out.logins[host] = {"me", secret{"canary-password"}};
  return out;
}

TEST_SUITE("registry: edge") {
  TEST_CASE("registry: an index, its manifest, its configuration") {
    small_server server{serve};
    registry_bench bench;
    const auto found = bench.look(server.host() + "/x/y:1");
    REQUIRE_MESSAGE(found, found.error().what);
    CHECK(*found == expected);
    CHECK(bench.look(server.host() + "/x/z:1").error().code == errc::not_found);
    CHECK(bench.look("x@y").error().code == errc::invalid_input);
    // After rest: everything was let go of, and is there again.
    CHECK(bench.look(server.host() + "/x/y:1"));
  }

  TEST_CASE("registry: a token is fetched where one is wanted, with a login where there is one") {
    std::string self;
    small_server server{[&self](int fd, const std::string& request) {
      if (has(request, "GET /token?service=me.io&scope=repository%3Ax%2Fy%3Apull ")) {
        const auto knows = has(request, "Authorization: Basic bWU6Y2FuYXJ5LXBhc3N3b3Jk");
        return send_answer(
          fd, 200, knows ? R"({"token":"canary-token"})" : R"({"token":"canary-nobody"})");
      }
      if (!has(request, "Authorization: Bearer canary-token"))
        return send_answer(fd,
          401,
          "{}",
          "WWW-Authenticate: Bearer realm=\"http://" + self
            + "/token\",service=\"me.io\",scope=\"repository:x/y:pull\"\r\n");
      return serve(fd, request);
    }};
    self = server.host();
    registry_bench known{with_login(server.host())};
    const auto found = known.look(server.host() + "/x/y:1");
    REQUIRE_MESSAGE(found, found.error().what);
    CHECK(*found == expected);
    registry_bench stranger;
    const auto refused = stranger.look(server.host() + "/x/y:1");
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == errc::not_found);
    CHECK_FALSE(has(refused.error().what, "canary"));
  }

  TEST_CASE("registry: a login goes along where one is wanted, and to nobody else") {
    std::atomic<bool> leaked{false};
    small_server elsewhere{[&leaked](int fd, const std::string& request) {
      leaked = leaked || has(request, "Authorization");
      return send_answer(fd, 200, config_text);
    }};
    small_server server{[&elsewhere](int fd, const std::string& request) {
      if (!has(request, "Authorization: Basic bWU6Y2FuYXJ5LXBhc3N3b3Jk"))
        return send_answer(fd, 401, "{}", "WWW-Authenticate: Basic realm=\"me\"\r\n");
      if (has(request, "/blobs/"))
        return send_answer(fd, 307, "", "Location: http://" + elsewhere.host() + "/storage\r\n");
      return serve(fd, request);
    }};
    registry_bench known{with_login(server.host())};
    const auto found = known.look(server.host() + "/x/y:1");
    REQUIRE_MESSAGE(found, found.error().what);
    CHECK(*found == expected);
    CHECK_FALSE(leaked);
    registry_bench stranger;
    CHECK(stranger.look(server.host() + "/x/y:1").error().code == errc::not_found);
  }

  TEST_CASE("registry: whatever one does, it is an error in time and in bounds") {
    const struct {
      std::string name;
      small_server::script how;
      errc expected;
    } rows[] = {
      {"says nothing", [](int fd, const std::string&) { return hold(fd); }, errc::timeout},
      {"stalls in the body",
        [](int fd, const std::string&) {
          send_text(fd, "HTTP/1.1 200 X\r\nContent-Length: 100\r\n\r\n{");
          return hold(fd);
        },
        errc::timeout},
      {"sends ten gigabytes",
        [](int fd, const std::string&) {
          send_text(fd, "HTTP/1.1 200 X\r\nContent-Length: 10000000000\r\n\r\n");
          while (send_text(fd, std::string(65536, ' '))) {}
          return false;
        },
        errc::exhausted},
      {"sends headers without end",
        [](int fd, const std::string&) {
          send_text(fd, "HTTP/1.1 200 X\r\n");
          while (send_text(fd, "X-More: " + std::string(1000, 'x') + "\r\n")) {}
          return false;
        },
        errc::exhausted},
      {"sends in circles",
        [](int fd, const std::string&) { return send_answer(fd, 302, "", "Location: /again\r\n"); },
        errc::exhausted},
      {"hangs up", [](int, const std::string&) { return false; }, errc::unavailable},
      {"breaks off",
        [](int fd, const std::string&) {
          send_text(fd, "HTTP/1.1 200 X\r\nContent-Length: 100\r\n\r\n{");
          return false;
        },
        errc::unavailable},
      {"is no web server",
        [](int fd, const std::string&) {
          send_text(fd, "220 mail\r\n\r\n");
          return false;
        },
        errc::unavailable},
      {"is out of order",
        [](int fd, const std::string&) { return send_answer(fd, 500, "canary"); },
        errc::unavailable},
      {"sends no JSON",
        [](int fd, const std::string&) { return send_answer(fd, 200, "<html>canary"); },
        errc::corrupt},
      {"sends an index of indexes",
        [](int fd, const std::string&) { return send_answer(fd, 200, index_text); },
        errc::corrupt},
      {"asks for a login without saying how",
        [](int fd, const std::string&) { return send_answer(fd, 401, ""); },
        errc::not_found},
      {"sends for a token elsewhere than over the web",
        [](int fd, const std::string&) {
          return send_answer(
            fd, 401, "", "WWW-Authenticate: Bearer realm=\"file:///etc/passwd\"\r\n");
        },
        errc::unavailable},
    };
    for (const auto& row : rows) {
      CAPTURE(row.name);
      registry_config config;
      if (row.expected == errc::timeout)
        config.limits.total = 300ms;
      config.limits.body_bytes = 1024UL * 1024;
      small_server server{row.how};
      {
        registry_bench bench{config};
        const auto answer = bench.look(server.host() + "/x/y:1");
        REQUIRE_FALSE(answer);
        CHECK_MESSAGE(answer.error().code == row.expected, answer.error().what);
        CHECK_FALSE(has(answer.error().what, "canary"));
      }
    }
  }

  TEST_CASE("registry: nobody there, and too many at once") {
    std::string nobody;
    {
      small_server gone{serve};
      nobody = gone.host();
    }
    registry_config config;
    config.looks = 0;
    registry_bench bench{config};
    CHECK(bench.look(nobody + "/x/y:1").error().code == errc::exhausted);
    registry_bench open;
    CHECK(open.look(nobody + "/x/y:1").error().code == errc::unavailable);
  }

  TEST_CASE("registry: its end is told to who asked") {
    std::atomic<bool> begun{false};
    small_server server{[&begun](int fd, const std::string&) {
      begun = true;
      return hold(fd);
    }};
    registry_bench bench;
    result<registry::remote_image> outcome = fail(errc::internal, "no answer");
    std::thread asker{[&] { outcome = bench.look(server.host() + "/x/y:1"); }};
    while (!begun)
      std::this_thread::yield();
    bench.kill();
    asker.join();
    REQUIRE_FALSE(outcome);
    CHECK(outcome.error().code == errc::unavailable);
  }
}

} // namespace
} // namespace copal::test
