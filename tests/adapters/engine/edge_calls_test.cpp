// The engine's edge and servers that behave badly.

#include "tests/adapters/engine/edge_bench.hpp"

#include <atomic>

#include <doctest/doctest.h>

using namespace copal;
using namespace copal::test;
using namespace std::chrono_literals;

namespace {

constexpr const char* no_containers = "[]";

template <class T>
std::string told(const result<T>& x) {
  return x ? "fine" : to_string(x.error().code) + ": " + x.error().what;
}

engine_config impatient() {
  engine_config out;
  out.deadlines.look = 150ms;
  out.deadlines.change = 150ms;
  return out;
}

} // namespace

TEST_SUITE("engine: edge") {

  TEST_CASE("edge: one connection serves calls after another, in the version agreed upon") {
    std::atomic<int> versioned{0};
    scripted_server server{
      after_version([&](scripted_connection& client, const std::string& request) {
        versioned += first_words(request) == "GET /v1.41/containers/json?all=1" ? 1 : 0;
        client.answer(200, no_containers);
      })};
    edge_bench bench{server};
    for (int i = 0; i < 3; ++i)
      CHECK(bench.ask(engine::list_containers{}));
    CHECK(versioned == 3);
    CHECK(server.accepted() == 1);
    CHECK(bench.ask(probe{}));
  }

  TEST_CASE("edge: an engine that refuses old versions is spoken to in the newer one") {
    std::atomic<int> seen{0};
    scripted_server server{[&](scripted_connection& client) {
      for (auto request = client.read_request(); !request.empty();
           request = client.read_request()) {
        seen += first_words(request) == "GET /v1.44/networks" ? 1 : 0;
        client.answer(200,
          first_words(request) == "GET /version" ? R"({"ApiVersion":"1.52","MinAPIVersion":"1.44"})"
                                                 : "[]");
      }
    }};
    edge_bench bench{server};
    CHECK(bench.ask(engine::list_networks{}));
    CHECK(seen == 1);
  }

  TEST_CASE("edge: an engine too old is an error that says so, until it is replaced") {
    std::atomic<bool> replaced{false};
    scripted_server server{[&](scripted_connection& client) {
      for (auto request = client.read_request(); !request.empty(); request = client.read_request())
        client.answer(200,
          first_words(request) != "GET /version" ? "[]"
          : replaced                             ? R"({"ApiVersion":"1.43","MinAPIVersion":"1.24"})"
                     : R"({"ApiVersion":"1.40","MinAPIVersion":"1.12"})");
    }};
    edge_bench bench{server};
    const auto refused = bench.ask(engine::list_containers{});
    CHECK(
      told(refused)
      == "unavailable: looking: the engine speaks API 1.12 to 1.40, we speak 1.41 and later: it is "
         "too old");
    replaced = true;
    server.cut_all();
    CHECK(bench.ask(engine::list_containers{}));
  }

  TEST_CASE("edge: what an engine drops goes by its version, by what it is, and by its kernel") {
    const struct {
      const char* name;
      const char* version;
      engine_features lacks;
    } rows[] = {
      {"Docker 20.10",
        R"({"ApiVersion":"1.41","MinAPIVersion":"1.12"})",
        {engine_feature::annotations, engine_feature::start_interval, engine_feature::pids_limit}},
      {"Docker 26",
        R"({"ApiVersion":"1.45","MinAPIVersion":"1.24"})",
        {engine_feature::pids_limit}},
      {"podman",
        R"({"ApiVersion":"1.41","MinAPIVersion":"1.24","Components":[{"Name":"Podman Engine"}]})",
        {engine_feature::annotations,
          engine_feature::start_interval,
          engine_feature::domainname,
          engine_feature::gpus,
          engine_feature::pids_limit}},
    };
    for (const auto& row : rows) {
      CAPTURE(row.name);
      scripted_server server{[&row](scripted_connection& client) {
        for (auto request = client.read_request(); !request.empty();
             request = client.read_request())
          client.answer(200,
            first_words(request) == "GET /version"
              ? row.version
              : R"({"DockerRootDir":"/d","Architecture":"x86_64","PidsLimit":false})");
      }};
      edge_bench bench{server};
      const auto about = bench.ask(engine::get_traits{});
      REQUIRE(about);
      CHECK(about->lacks == row.lacks);
    }
  }

  TEST_CASE("edge: the version is agreed upon anew when the engine was restarted") {
    std::atomic<int> newest{43};
    std::atomic<int> in_new{0};
    scripted_server server{[&](scripted_connection& client) {
      for (auto request = client.read_request(); !request.empty();
           request = client.read_request()) {
        in_new += first_words(request).starts_with("GET /v1.44/") ? 1 : 0;
        client.answer(200,
          first_words(request) == "GET /version"
            ? R"({"MinAPIVersion":"1.24","ApiVersion":"1.)" + std::to_string(newest) + "\"}"
            : "[]");
      }
    }};
    edge_bench bench{server};
    CHECK(bench.ask(engine::list_containers{}));
    newest = 45;
    server.cut_all(); // the idle connection is found dead before it is used: no call is lost
    CHECK(bench.ask(engine::list_containers{}));
    CHECK(in_new == 1);
  }

  TEST_CASE(
    "edge: answers that are cut, stalled or not HTTP are errors, and the next call is served") {
    const struct {
      const char* name;
      std::function<void(scripted_connection&)> how;
      errc expected;
    } rows[] = {
      {"cut before anything", [](auto& c) { c.cut(); }, errc::unavailable},
      {"cut within the head",
        [](auto& c) {
          c.write("HTTP/1.1 200 O");
          c.cut();
        },
        errc::unavailable},
      {"cut within the body",
        [](auto& c) {
          c.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n[{");
          c.cut();
        },
        errc::unavailable},
      {"cut within a chunk",
        [](auto& c) {
          c.begin_chunks();
          c.write("20\r\n[{");
          c.cut();
        },
        errc::unavailable},
      {"cut between chunks",
        [](auto& c) {
          c.begin_chunks();
          c.chunk("[]");
          c.cut();
        },
        errc::unavailable},
      {"stalled before the head", [](auto& c) { c.hold(); }, errc::timeout},
      {"stalled within the body",
        [](auto& c) {
          c.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n[{");
          c.hold();
        },
        errc::timeout},
      {"not HTTP",
        [](auto& c) {
          c.write("SSH-2.0-OpenSSH_9.2\r\n\r\n");
          c.hold();
        },
        errc::corrupt},
      {"a chunk without a size",
        [](auto& c) {
          c.begin_chunks();
          c.write("zz\r\n[]\r\n");
          c.hold();
        },
        errc::corrupt},
      {"a length that is none",
        [](auto& c) {
          c.write("HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n");
          c.hold();
        },
        errc::corrupt},
      {"a head without end",
        [](auto& c) {
          c.write("HTTP/1.1 200 OK\r\n");
          while (c.write("X-Filler: " + std::string(1000, 'x') + "\r\n")) {}
        },
        errc::exhausted},
      {"ten gigabytes, announced",
        [](auto& c) {
          c.write("HTTP/1.1 200 OK\r\nContent-Length: 10737418240\r\n\r\n");
          c.hold();
        },
        errc::exhausted},
      {"ten gigabytes, in chunks",
        [](auto& c) {
          c.begin_chunks();
          const std::string megabyte(1024 * 1024, ' ');
          for (int i = 0; i < 10240 && c.chunk(megabyte); ++i) {}
        },
        errc::exhausted},
      {"not JSON", [](auto& c) { c.answer(200, "<html>"); }, errc::corrupt},
      {"another type", [](auto& c) { c.answer(200, R"({"message":"x"})"); }, errc::corrupt},
      {"a failure of the engine",
        [](auto& c) { c.answer(500, R"({"message":"boom"})"); },
        errc::internal},
      {"a redirect", [](auto& c) { c.answer(301, ""); }, errc::corrupt},
    };
    auto settings = impatient();
    settings.limits.body_bytes = 4UL * 1024 * 1024;
    for (const auto& row : rows) {
      CAPTURE(row.name);
      std::atomic<bool> badly{true};
      scripted_server server{after_version([&](scripted_connection& client, const std::string&) {
        if (badly.exchange(false))
          row.how(client);
        else
          client.answer(200, no_containers);
      })};
      settings.deadlines.look = row.expected == errc::timeout ? 150ms : 10'000ms;
      edge_bench bench{server, settings};
      const auto before = resident_bytes();
      const auto failed = bench.ask(engine::list_containers{});
      REQUIRE_FALSE(failed);
      CHECK_MESSAGE(failed.error().code == row.expected, failed.error().what);
      CHECK(resident_bytes() < before + 32UL * 1024 * 1024);
      auto next = bench.ask(engine::list_containers{});
      for (int i = 0; i < 50 && !next && next.error().code == errc::timeout; ++i)
        next = bench.ask(engine::list_containers{}); // a busy machine, and little patience
      CHECK_MESSAGE(next, told(next));
    }
  }

  TEST_CASE("edge: without an engine every call says so, and the first after it came is served") {
    scripted_server server{after_version(
      [](scripted_connection& client, const std::string&) { client.answer(200, no_containers); })};
    edge_bench bench{server};
    const auto away = server.path() + ".away";
    std::filesystem::rename(server.path(), away);
    for (int i = 0; i < 2; ++i) {
      const auto refused = bench.ask(engine::list_containers{});
      CHECK(told(refused).starts_with(
        "unavailable: looking: no connection to unix://" + server.path()));
    }
    std::filesystem::rename(away, server.path());
    CHECK(bench.ask(engine::list_containers{}));
  }

  TEST_CASE("edge: requests beyond the bound are refused, those within it wait") {
    std::mutex guard;
    std::condition_variable more;
    bool open = false;
    int at_once = 0;
    int most = 0;
    scripted_server server{after_version([&](scripted_connection& client, const std::string&) {
      {
        std::unique_lock lock{guard};
        most = std::max(most, ++at_once);
        more.notify_all();
        more.wait_for(lock, 20s, [&] { return open; });
        --at_once;
      }
      client.answer(200, no_containers);
    })};
    engine_config settings;
    settings.limits.calls = 2;
    settings.limits.waiting = 3;
    edge_bench bench{server, settings};
    std::vector<edge_bench::answer<engine::container_list>> asked;
    for (int i = 0; i < 8; ++i)
      asked.push_back(bench.begin(engine::list_containers{}));
    const auto count = [&](auto wanted) {
      return std::count_if(
        asked.begin(), asked.end(), [&](const auto& x) { return x->has_value() && wanted(**x); });
    };
    const auto refused = [](const auto& x) { return !x && x.error().code == errc::exhausted; };
    CHECK(bench.wait([&] { return count(refused) == 3; }));
    {
      std::unique_lock lock{guard};
      CHECK(more.wait_for(lock, 20s, [&] { return at_once == 2; }));
      open = true;
    }
    more.notify_all();
    CHECK(bench.wait([&] { return count([](const auto& x) { return x.has_value(); }) == 5; }));
    const std::lock_guard lock{guard};
    CHECK(most == 2);
  }

  TEST_CASE("edge: when it ends, its sockets close and askers are told") {
    std::atomic<int> let_go{0};
    scripted_server server{after_version([&](scripted_connection& client, const std::string&) {
      client.hold();
      ++let_go;
    })};
    edge_bench bench{server};
    const auto asked = bench.begin(engine::list_containers{});
    const auto pulled = bench.begin(engine::pull_image{"a", {}});
    CHECK(bench.wait([&] { return !bench.heard->progress.empty(); }));
    while (server.accepted() < 2)
      std::this_thread::yield();
    bench.kill();
    CHECK(told(bench.get(asked)).starts_with("unavailable"));
    CHECK(told(bench.get(pulled)).starts_with("unavailable"));
  }

} // TEST_SUITE
