#include "tests/actors/containers/bench.hpp"

#include <doctest/doctest.h>

// What `containers` shows after somebody else changed something.

namespace copal::test {
namespace {

using namespace std::chrono_literals;

TEST_SUITE("containers: watch") {
  TEST_CASE(
    "watch: a container that leaves a network is looked at while a step makes the network") {
    containers_bench bench;
    const auto id = bench.add_container("web", "front");
    bench.start();
    REQUIRE(bench.shown(id).config.networks.contains("front"));
    // The engine made it already, and somebody joined it; only the answer is missing.
    const auto made = bench.begin_without_reply({app_id{1}, create_network{"back", {}}, "test"});
    REQUIRE_FALSE(made.there());
    REQUIRE(bench.world->connect_network({"back", id, {}}));
    bench.system.run_for(1s);
    CHECK(bench.shown(id).config.networks.contains("back"));
    bench.world->disconnect(id, "back");
    bench.system.run_for(1s);
    CHECK_FALSE(bench.shown(id).config.networks.contains("back"));
  }
}

} // namespace
} // namespace copal::test
