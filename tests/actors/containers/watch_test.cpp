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

  TEST_CASE("watch: a container that joins a network while it is looked at is looked at again") {
    containers_bench bench;
    const auto id = bench.add_container("web", "front");
    (void)bench.world->create_network("back", {});
    bench.start();
    bench.slow_down<engine::inspect_container>();
    // It runs already: no event of the engine's own follows.
    (void)bench.begin({app_id{1}, start_container{id, service_name{"web"}}, "test"});
    REQUIRE(bench.wait_for_call("inspect_container"));
    REQUIRE(bench.world->connect_network({"back", id, {}}));
    bench.system.run_for(60s);
    CHECK(bench.shown(id).config.networks.contains("back"));
  }

  TEST_CASE("watch: a new container that goes while it is looked at is not shown") {
    containers_bench bench;
    (void)bench.add_container("web", "front");
    bench.start();
    const auto like = bench.view().containers.front();
    auto who = like.who;
    who.name = service_name{"db"};
    auto config = like.what.config;
    config.labels["io.balena.service-name"] = "db";
    bench.slow_down<engine::inspect_container>();
    // Never started, it tells of its end by nothing but that it is gone.
    install_service made{who, "db_102_1001_c0ffee", config, true};
    (void)bench.begin({app_id{1}, std::move(made), "test"});
    REQUIRE(bench.wait_for_call("inspect_container"));
    for (const auto& c : std::map{bench.world->containers}) {
      if (c.second.name == "db_102_1001_c0ffee")
        REQUIRE(bench.world->remove_container(c.first, true));
    }
    bench.system.run_for(60s);
    CHECK(bench.world->containers.size() == 1);
    CHECK(bench.view().containers.size() == 1);
  }

  TEST_CASE("watch: a network that goes while networks are listed is not shown") {
    containers_bench bench;
    bench.start();
    bench.slow_down<engine::list_networks>();
    (void)bench.begin({app_id{1}, create_network{"back", {}}, "test"});
    REQUIRE(bench.wait_for_call("list_networks"));
    REQUIRE(bench.world->remove_network(bench.world->networks.front().id));
    bench.system.run_for(60s);
    CHECK(bench.view().networks.empty());
  }

  TEST_CASE("watch: a volume that is made anew while volumes are listed is shown as it is") {
    containers_bench bench;
    bench.start();
    bench.slow_down<engine::list_volumes>();
    (void)bench.begin({app_id{1}, create_volume{"1_data", {}}, "test"});
    REQUIRE(bench.wait_for_call("list_volumes"));
    REQUIRE(bench.world->remove_volume("1_data"));
    REQUIRE(bench.world->create_volume("1_data", {"local", {{"o", "1"}}, {}}));
    bench.system.run_for(60s);
    const auto shown = bench.view().volumes;
    REQUIRE(shown.size() == 1);
    CHECK(shown.front().config == bench.world->volumes.front().config);
  }

  TEST_CASE("watch: health is followed, also where its event came while the stream was away") {
    containers_bench bench;
    const auto id = bench.add_container("web", "front");
    bench.world->containers.at(id).config.healthcheck.test = {"CMD", "check"};
    bench.world->containers.at(id).health = health_state::starting;
    bench.start();
    bench.world->check_health(id, true);
    bench.system.run_for(1s);
    CHECK(bench.shown(id).health == health_state::healthy);
    bench.world->check_health(id, false);
    bench.system.run_for(20ms); // The fake checks again, soon.
    CHECK(bench.shown(id).health == health_state::unhealthy);
    CHECK(bench.shown(id).failed_checks == 1);
    bench.world->end_stream();
    bench.world->on_event = nullptr;
    bench.world->check_health(id, true);
    bench.system.run_for(10s);
    CHECK(bench.shown(id).health == health_state::healthy);
  }

  TEST_CASE(
    "watch: what was restarted while nobody listened is looked at, though lists do not tell") {
    containers_bench bench;
    const auto id = bench.add_container("web", "front");
    bench.world->containers.at(id).config.restart.mode = restart_mode::always;
    bench.start();
    const auto before = bench.shown(id).started;
    bench.world->end_stream();
    bench.world->on_event = nullptr;
    bench.system.run_for(100ms);
    bench.world->restart_engine();
    REQUIRE(bench.world->containers.at(id).started != before);
    bench.system.run_for(10s);
    CHECK(bench.shown(id).started == bench.world->containers.at(id).started);
  }

  TEST_CASE("watch: lack of memory is noted, with its end or without") {
    containers_bench bench;
    const auto id = bench.add_container("web", "front");
    bench.start();
    CHECK(bench.view().containers.at(0).memory_kills == 0);
    bench.world->starve(id);
    bench.system.run_for(1s);
    const auto now = bench.view().containers.at(0);
    CHECK(now.memory_kills == 1);
    CHECK(now.what.oom_killed);
    CHECK(now.what.state == container_state::restarting);
    bench.world->recover();
    bench.system.run_for(1s);
    CHECK(bench.shown(id).restart_count == 1);
    CHECK(bench.shown(id).state == container_state::running);
  }
}

} // namespace
} // namespace copal::test
