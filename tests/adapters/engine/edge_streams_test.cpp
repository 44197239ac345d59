// The engine's two streams: events, and the progress of pulls.

#include "tests/adapters/engine/edge_bench.hpp"

#include <atomic>
#include <thread>

#include <doctest/doctest.h>

using namespace copal;
using namespace copal::test;
using namespace std::chrono_literals;

namespace {

std::string event(int n) {
  return R"({"Type":"container","Action":"start","Actor":{"ID":")" + std::to_string(n)
         + R"(","Attributes":{"name":"x"}},"time":)" + std::to_string(n) + "}\n";
}

/// Answers the watch with what `how` writes; anything else with an empty list.
scripted_server::script watched(std::function<void(scripted_connection&)> how) {
  return after_version(
    [how = std::move(how)](scripted_connection& client, const std::string& request) {
      if (!first_words(request).starts_with("GET /v1.41/events?"))
        client.answer(200, "[]");
      else if (client.begin_chunks())
        how(client);
    });
}

scripted_server::script pulled(std::function<void(scripted_connection&)> how) {
  return after_version([how = std::move(how)](scripted_connection& client, const std::string&) {
    if (client.begin_chunks())
      how(client);
  });
}

std::vector<std::string> ids(edge_bench& bench) {
  std::vector<std::string> out;
  for (const auto& batch : bench.heard->batches) {
    for (const auto& x : batch.events)
      out.push_back(x.id);
  }
  return out;
}

bool ended(edge_bench& bench, std::uint64_t watch, errc why) {
  const bool told = bench.wait([&] { return !bench.heard->ended.empty(); });
  if (!told)
    return false;
  const auto& last = bench.heard->ended.back();
  CHECK_MESSAGE(last.why.code == why, last.why.what);
  return last.watch == watch && last.why.code == why;
}

} // namespace

TEST_SUITE("engine: edge") {

  TEST_CASE(
    "events: handed on in the order they came, twice and out of order too, however they are cut") {
    scripted_server server{watched([](scripted_connection& client) {
      const auto text = event(3) + event(1) + event(1) + event(2);
      for (const char c : text)
        client.chunk({&c, 1});
      client.hold();
    })};
    edge_bench bench{server};
    CHECK(bench.ask(engine::watch_events{7}));
    CHECK(bench.wait([&] { return ids(bench) == std::vector<std::string>{"3", "1", "1", "2"}; }));
    CHECK(bench.heard->batches.front().watch == 7);
    CHECK(bench.ask(engine::list_containers{})); // beside the stream
  }

  TEST_CASE("events: many at once come in batches of at most 64") {
    scripted_server server{watched([](scripted_connection& client) {
      std::string text;
      for (int i = 0; i < 200; ++i)
        text += event(i);
      client.chunk(text);
      client.hold();
    })};
    edge_bench bench{server};
    CHECK(bench.ask(engine::watch_events{1}));
    CHECK(bench.wait([&] { return ids(bench).size() == 200; }));
    for (const auto& batch : bench.heard->batches)
      CHECK((!batch.events.empty() && batch.events.size() <= 64));
  }

  TEST_CASE("events: why a watch ended is told, and another can begin") {
    const struct {
      const char* name;
      std::function<void(scripted_connection&)> how;
      errc expected;
    } rows[] = {
      {"the engine ends it",
        [](auto& c) {
          c.chunk(event(1));
          c.write("0\r\n\r\n");
        },
        errc::unavailable},
      {"it is cut",
        [](auto& c) {
          c.chunk(event(1));
          c.cut();
        },
        errc::unavailable},
      {"cut within a chunk",
        [](auto& c) {
          c.write("40\r\n{\"Ty");
          c.cut();
        },
        errc::unavailable},
      {"not JSON",
        [](auto& c) {
          c.chunk("hello\n");
          c.hold();
        },
        errc::corrupt},
      {"another type",
        [](auto& c) {
          c.chunk("{\"Type\":7}\n");
          c.hold();
        },
        errc::corrupt},
      {"invalid chunking",
        [](auto& c) {
          c.write("hello\r\n");
          c.hold();
        },
        errc::corrupt},
      {"a line without end",
        [](auto& c) {
          const std::string filler(64UL * 1024, 'x');
          while (c.chunk(filler)) {}
        },
        errc::exhausted},
    };
    for (const auto& row : rows) {
      CAPTURE(row.name);
      scripted_server server{watched(row.how)};
      edge_bench bench{server};
      const auto before = resident_bytes();
      CHECK(bench.ask(engine::watch_events{5}));
      CHECK(ended(bench, 5, row.expected));
      CHECK(resident_bytes() < before + 16UL * 1024 * 1024);
      CHECK(bench.ask(engine::watch_events{6}));
    }
  }

  TEST_CASE("events: a stream that is refused is the watch's answer") {
    scripted_server server{after_version([](scripted_connection& client, const std::string&) {
      client.answer(500, R"({"message":"boom"})");
    })};
    edge_bench bench{server};
    const auto refused = bench.ask(engine::watch_events{1});
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == errc::internal);
    CHECK(bench.heard->ended.empty());
  }

  TEST_CASE("events: a sink that does not take stops the reading, and then ends the watch") {
    std::atomic<std::size_t> sent{0};
    scripted_server server{watched([&](scripted_connection& client) {
      std::string some;
      for (int i = 0; i < 100; ++i)
        some += event(i);
      while (client.chunk(some))
        sent += some.size();
    })};
    engine_config settings;
    settings.deadlines.events_taken = 300ms;
    edge_bench bench{server, settings};
    bench.heard->take = false;
    CHECK(bench.ask(engine::watch_events{1}));
    CHECK(ended(bench, 1, errc::timeout));
    CHECK(bench.heard->batches.size() == 1);
    CHECK(sent < 4UL * 1024 * 1024); // what sockets hold
  }

  TEST_CASE("events: a second watch closes the first, even one that is not open yet") {
    std::atomic<int> closed{0};
    scripted_server server{watched([&](scripted_connection& client) {
      client.hold();
      ++closed;
    })};
    edge_bench bench{server};
    CHECK(bench.ask(engine::watch_events{1}));
    CHECK(bench.ask(engine::watch_events{2}));
    CHECK(ended(bench, 1, errc::conflict));
    const auto third = bench.begin(engine::watch_events{3});
    const auto fourth = bench.begin(engine::watch_events{4});
    (void)bench.get(third);
    (void)bench.get(fourth);
    // Nobody tells of it.
    const auto end = std::chrono::steady_clock::now() + std::chrono::minutes{1};
    while (closed < 2 && std::chrono::steady_clock::now() < end)
      std::this_thread::yield();
    CHECK(closed >= 2);
  }

  TEST_CASE("pull: failures within the answer, in what they mean") {
    const struct {
      const char* name;
      std::function<void(scripted_connection&)> how;
      std::optional<errc> expected;
    } rows[] = {
      {"done",
        [](auto& c) {
          c.chunk("{\"status\":\"Pull complete\",\"id\":\"1\"}\r\n");
          c.write("0\r\n\r\n");
        },
        {}},
      {"no space",
        [](auto& c) {
          c.chunk("{\"error\":\"no space left on device\"}\n");
          c.write("0\r\n\r\n");
        },
        errc::exhausted},
      {"denied",
        [](auto& c) {
          c.chunk("{\"errorDetail\":{\"message\":\"denied\"}}\n");
          c.write("0\r\n\r\n");
        },
        errc::not_found},
      {"a last line without an end",
        [](auto& c) {
          c.chunk(R"({"error":"boom"})");
          c.write("0\r\n\r\n");
        },
        errc::internal},
      {"cut",
        [](auto& c) {
          c.chunk("{\"status\":\"Waiting\",\"id\":\"1\"}\n");
          c.cut();
        },
        errc::unavailable},
      {"silent",
        [](auto& c) {
          c.chunk("{\"status\":\"Waiting\",\"id\":\"1\"}\n");
          c.hold();
        },
        errc::timeout},
      {"not JSON",
        [](auto& c) {
          c.chunk("hello\n");
          c.hold();
        },
        errc::corrupt},
    };
    engine_config settings;
    for (const auto& row : rows) {
      CAPTURE(row.name);
      settings.deadlines.pull_silence = row.expected == errc::timeout ? 200ms : 20'000ms;
      scripted_server server{pulled(row.how)};
      edge_bench bench{server, settings};
      const auto answer = bench.ask(engine::pull_image{"a", {}});
      CHECK(answer.has_value() == !row.expected);
      if (!answer && row.expected)
        CHECK_MESSAGE(answer.error().code == *row.expected, answer.error().what);
    }
  }

  TEST_CASE("pull: ended, it lets go of its connection and tells who asked") {
    std::atomic<int> begun{0};
    std::atomic<int> let_go{0};
    scripted_server server{pulled([&](scripted_connection& client) {
      client.chunk("{\"status\":\"Waiting\",\"id\":\"1\"}\n");
      ++begun;
      client.hold();
      ++let_go;
    })};
    edge_bench bench{server};
    CHECK(bench.ask(engine::end_pulls{})); // none is under way
    const auto one = bench.begin(engine::pull_image{"a", {}});
    const auto other = bench.begin(engine::pull_image{"b", {}});
    while (begun < 2)
      std::this_thread::yield();
    CHECK(bench.ask(engine::end_pulls{}));
    CHECK(bench.get(one).error().code == errc::unavailable);
    CHECK(bench.get(other).error().code == errc::unavailable);
    while (let_go < 2)
      std::this_thread::yield();
    const auto later = bench.begin(engine::pull_image{"a", {}});
    while (begun < 3)
      std::this_thread::yield();
    CHECK(bench.ask(engine::end_pulls{}));
    CHECK(bench.get(later).error().code == errc::unavailable);
  }

  TEST_CASE("pull: silence is told by nothing, life by a beat") {
    scripted_server server{pulled([](scripted_connection& client) { client.hold(); })};
    engine_config settings;
    settings.deadlines.pull_silence = 400ms;
    settings.deadlines.progress_beat = 50ms;
    edge_bench bench{server, settings};
    const auto began = std::chrono::steady_clock::now();
    const auto answer = bench.ask(engine::pull_image{"a", {}});
    const auto beats =
      (std::chrono::steady_clock::now() - began) / settings.deadlines.progress_beat;
    CHECK(answer.error().code == errc::timeout);
    const std::lock_guard lock{bench.heard->guard};
    CHECK(bench.heard->progress.size() >= 3);
    CHECK(bench.heard->progress.size() <= static_cast<std::size_t>(beats) + 1);
  }

  TEST_CASE("pull: a flood of progress is told at its pace, and memory stays flat") {
    scripted_server server{pulled([](scripted_connection& client) {
      std::string some;
      for (int i = 0; i < 500; ++i)
        some += R"({"status":"Downloading","progressDetail":{"current":)" + std::to_string(i)
                + R"(,"total":1000},"id":"l1"})"
                  "\n";
      for (int i = 0; i < 400; ++i)
        client.chunk(some);
      client.write("0\r\n\r\n");
    })};
    engine_config settings;
    edge_bench bench{server, settings};
    const auto before = resident_bytes();
    const auto began = std::chrono::steady_clock::now();
    CHECK(bench.ask(engine::pull_image{"a", {}}));
    const auto quarters =
      (std::chrono::steady_clock::now() - began) / settings.deadlines.progress_every;
    CHECK(resident_bytes() < before + 16UL * 1024 * 1024);
    const std::lock_guard lock{bench.heard->guard};
    CHECK(bench.heard->progress.size() <= static_cast<std::size_t>(quarters) + 2);
  }

  TEST_CASE("pull: a token goes along, and only then") {
    std::mutex guard;
    std::vector<std::string> seen;
    scripted_server server{
      after_version([&](scripted_connection& client, const std::string& request) {
        {
          const std::lock_guard lock{guard};
          seen.push_back(request);
        }
        client.begin_chunks();
        client.write("0\r\n\r\n");
      })};
    edge_bench bench{server};
    CHECK(bench.ask(engine::pull_image{"127.0.0.1:5000/a:1", secret{"tok~?."}}));
    CHECK(bench.ask(engine::pull_image{"a", {}}));
    const std::lock_guard lock{guard};
    REQUIRE(seen.size() == 2);
    CHECK(first_words(seen[0]) == "POST /v1.41/images/create?fromImage=127.0.0.1%3A5000%2Fa&tag=1");
    CHECK(seen[0].find("X-Registry-Auth: eyJyZWdpc3RyeXRva2VuIjoidG9rfj8uIn0=\r\n")
          != std::string::npos);
    CHECK(seen[1].find("X-Registry-Auth") == std::string::npos);
  }

} // TEST_SUITE
