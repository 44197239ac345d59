// What only a real engine can show: it dies, comes back, loses its registry.

#include "tests/contract/engine_bench.hpp"
#include "tests/contract/real_engine_bench.hpp"

#include <algorithm>
#include <string>

#include <doctest/doctest.h>

using namespace copal;
using namespace copal::contract;
using namespace std::chrono_literals;

namespace {

std::uint64_t next_watch() {
  static std::uint64_t last = 10'000;
  return ++last;
}

bool ended(std::uint64_t watch) {
  return bench().run_until([watch] { return bench().notes->end_of(watch).has_value(); }, 30s);
}

} // namespace

TEST_SUITE("real engine") {

  TEST_CASE(
    "real engine: killed, it is away until it is back, and a container lives on or is seen dead") {
    const auto watch = next_watch();
    CHECK(ask(engine::watch_events{watch}));
    const auto made = create("survivor", sleeper());
    CHECK(ask(engine::start_container{made.id()}));
    REQUIRE(real_engine().tell("kill"));
    CHECK(ended(watch));
    CHECK(bench().notes->end_of(watch)->code == errc::unavailable);
    for (int i = 0; i < 2; ++i)
      CHECK(code(ask(engine::list_containers{})) == errc::unavailable);
    CHECK(code(ask(engine::watch_events{next_watch()})) == errc::unavailable);
    REQUIRE(real_engine().tell("start"));
    const auto list = ask(engine::list_containers{});
    REQUIRE_MESSAGE(list, to_string(list.error()));
    CHECK(std::any_of(
      list->items.begin(), list->items.end(), [&](const auto& x) { return x.id == made.id(); }));
    const auto again = next_watch();
    CHECK(ask(engine::watch_events{again}));
    CHECK(ask(engine::start_container{made.id()})); // whether it still runs or not
  }

  TEST_CASE("real engine: restarted in order, it ends the watch and no call is lost") {
    const auto watch = next_watch();
    CHECK(ask(engine::watch_events{watch}));
    REQUIRE(real_engine().tell("restart"));
    CHECK(ended(watch));
    CHECK(ask(engine::list_networks{}));
    CHECK(ask(engine::watch_events{next_watch()}));
  }

  TEST_CASE("real engine: without its registry a pull is unavailable, and can be asked for again") {
    const auto name = bench().image("test/large:1");
    CHECK(ask(engine::remove_image{name, true}));
    REQUIRE(real_engine().tell("stop-registry"));
    CHECK(code(ask(engine::pull_image{name, {}})) == errc::unavailable);
    REQUIRE(real_engine().tell("start-registry"));
    auto pulled = ask(engine::pull_image{name, {}});
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds{30};
    while (code(pulled) == errc::unavailable && std::chrono::steady_clock::now() < end)
      pulled = ask(engine::pull_image{name, {}}); // until the registry listens
    CHECK_MESSAGE(pulled, to_string(pulled.error()));
    CHECK(ask(engine::inspect_image{name}));
  }

} // TEST_SUITE
