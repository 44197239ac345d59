// Images, volumes and events: every row of messages/protocol/engine.hpp that speaks of them.

#include "actors/planning/compare/compare.hpp"
#include "tests/contract/engine_bench.hpp"

#include <algorithm>
#include <string>

#include <doctest/doctest.h>

using namespace copal;
using namespace copal::contract;
using namespace std::chrono_literals;

namespace {

/// The events of a watch about one thing, by action.
std::vector<std::string> actions(std::uint64_t watch, const std::string& id) {
  std::vector<std::string> out;
  for (const auto& x : bench().notes->events(watch)) {
    if (x.id == id)
      out.push_back(x.action);
  }
  return out;
}

bool saw(std::uint64_t watch, const std::string& id, const std::string& action) {
  const auto all = actions(watch, id);
  return std::find(all.begin(), all.end(), action) != all.end();
}

std::uint64_t next_watch() {
  static std::uint64_t last = 100;
  return ++last;
}

} // namespace

TEST_SUITE("contract: engine") {

  TEST_CASE("images: pulled with progress that never goes down") {
    const auto name = bench().image("test/large:1");
    CHECK(ask(engine::remove_image{name, true}));
    {
      const std::lock_guard lock{bench().notes->guard};
      bench().notes->progress.clear();
    }
    CHECK(code(ask(engine::inspect_image{name})) == errc::not_found);
    for (int i = 0; i < 2; ++i)
      CHECK(ask(engine::pull_image{name, {}}));
    const std::lock_guard lock{bench().notes->guard};
    const auto& told = bench().notes->progress;
    REQUIRE_FALSE(told.empty());
    int last = 0;
    std::size_t at = 0;
    for (const auto& x : told) {
      CHECK(x.name == name);
      const bool second_pull = at++ > 0 && x.percent == 0;
      CHECK((second_pull || x.percent >= last));
      CHECK(x.percent <= 100);
      last = x.percent;
    }
  }

  TEST_CASE("images: what the registry does not have") {
    CHECK(code(ask(engine::pull_image{bench().image("test/base:missing"), {}})) == errc::not_found);
    CHECK(code(ask(engine::pull_image{bench().image("test/missing:1"), {}})) == errc::not_found);
    CHECK(code(ask(engine::pull_image{"", {}})) == errc::invalid_input);
    CHECK(code(ask(engine::inspect_image{bench().image("test/missing:1")})) == errc::not_found);
  }

  TEST_CASE("images: listed with tags and digests, inspected by name, id and digest") {
    const auto id = have("test/base:1");
    const auto name = bench().image("test/base:1");
    const auto list = ask(engine::list_images{});
    REQUIRE(list);
    const auto found = std::find_if(
      list->items.begin(), list->items.end(), [&](const auto& x) { return x.id.value == id; });
    REQUIRE(found != list->items.end());
    CHECK(found->tags.contains(name));
    REQUIRE(found->digests.size() == 1);
    for (const auto& by : {name, id, *found->digests.begin()}) {
      CAPTURE(by);
      const auto shown = ask(engine::inspect_image{by});
      REQUIRE(shown);
      CHECK(shown->image == *found);
      CHECK(shown->facts.command == std::vector<std::string>{"/bin/busybox", "sleep", "100000"});
    }
    CHECK(ask(engine::pull_image{*found->digests.begin(), {}}));
  }

  TEST_CASE("images: their facts") {
    const auto shown = ask(engine::inspect_image{have("test/full:1")});
    REQUIRE(shown);
    image_facts expected;
    expected.env = {{"PATH", secret{"/bin"}}, {"ONLY_IMAGE", secret{"yes"}}};
    expected.command = {"sleep", "100000"};
    expected.entrypoint = {"/bin/busybox"};
    expected.user = "0:0";
    expected.working_dir = "/bin";
    expected.stop_signal = "SIGINT";
    expected.labels = {{"com.example.image", "yes"}, {"io.resin.old", "1"}};
    expected.volumes = {"/data"};
    expected.healthcheck = {{"CMD", "/bin/busybox", "true"}, 300s, 3s, 0s, 0};
    REQUIRE(shown->facts.layers.size() == 1);
    CHECK(shown->facts.layers.front().starts_with("sha256:"));
    expected.layers = shown->facts.layers;
    CHECK(shown->facts == expected);
  }

  TEST_CASE("engine: where it keeps images, and what it runs") {
    const auto about = ask(engine::get_traits{});
    REQUIRE(about);
    CHECK(about->data_root.starts_with("/"));
    CHECK(about->runs_on.os == "linux");
    CHECK_FALSE(about->runs_on.architecture.empty());
  }

  TEST_CASE("images: one that is used is not removed") {
    const auto id = have("test/base:2");
    const auto name = bench().image("test/base:2");
    auto config = sleeper();
    config.image = id;
    const auto user = create("user", config);
    CHECK(code(ask(engine::remove_image{name, false})) == errc::conflict);
    CHECK(ask(engine::start_container{user.id()}));
    CHECK(code(ask(engine::remove_image{id, true})) == errc::conflict);
    CHECK(ask(engine::remove_container{user.id(), true}));
    for (int i = 0; i < 2; ++i)
      CHECK(ask(engine::remove_image{name, false}));
    CHECK(code(ask(engine::inspect_image{name})) == errc::not_found);
  }

  TEST_CASE("images: a digest is of one repository, and goes with the last tag of that") {
    const auto id = have("test/base:2");
    const auto name = bench().image("test/base:2");
    const auto shown = ask(engine::inspect_image{name});
    REQUIRE(shown);
    REQUIRE(shown->image.digests.size() == 1);
    const auto digest = *shown->image.digests.begin();
    const auto elsewhere = "elsewhere/base" + digest.substr(digest.find('@'));
    CHECK(code(ask(engine::inspect_image{elsewhere})) == errc::not_found);
    CHECK(ask(engine::remove_image{elsewhere, false}));
    auto config = sleeper();
    config.image = id;
    const auto user = create("user-of-digest", config);
    CHECK(code(ask(engine::remove_image{digest, false})) == errc::conflict);
    CHECK(ask(engine::remove_container{user.id(), true}));
    CHECK(ask(engine::inspect_image{name})->image == shown->image);
    CHECK(ask(engine::remove_image{name, false}));
    CHECK(code(ask(engine::inspect_image{digest})) == errc::not_found);
  }

  TEST_CASE("volumes: made, again, with another configuration, listed, removed") {
    const volume_config config{"local", {}, {{"com.example.v", "1"}}};
    for (int i = 0; i < 2; ++i)
      CHECK(ask(engine::create_volume{"contract_v", config}));
    auto other = config;
    other.labels["com.example.v"] = "2";
    CHECK(code(ask(engine::create_volume{"contract_v", other})) == errc::conflict);
    const auto list = ask(engine::list_volumes{});
    REQUIRE(list);
    const auto found = std::find_if(
      list->items.begin(), list->items.end(), [](const auto& x) { return x.name == "contract_v"; });
    REQUIRE(found != list->items.end());
    CHECK(found->config == config);
    auto user_config = sleeper();
    user_config.binds = {"contract_v:/v"};
    {
      const auto user = create("volume-user", user_config);
      CHECK(code(ask(engine::remove_volume{"contract_v"})) == errc::conflict);
    }
    for (int i = 0; i < 2; ++i)
      CHECK(ask(engine::remove_volume{"contract_v"}));
  }

  TEST_CASE("events: the life of a container is told in order") {
    const auto watch = next_watch();
    CHECK(ask(engine::watch_events{watch}));
    auto config = sleeper();
    config.labels = {{"io.balena.supervised", "true"}};
    const auto made = create("watched", config);
    const auto id = made.id().value;
    CHECK(ask(engine::start_container{made.id()}));
    CHECK(ask(engine::rename_container{made.id(), "renamed"}));
    CHECK(ask(engine::stop_container{made.id(), 1s}));
    CHECK(ask(engine::remove_container{made.id(), false}));
    CHECK(bench().run_until([&] { return saw(watch, id, "destroy"); }, 20s));
    const std::lock_guard lock{bench().notes->guard};
    auto order = actions(watch, id);
    std::erase_if(order, [](const auto& x) {
      return x != "create" && x != "start" && x != "rename" && x != "die" && x != "destroy";
    });
    CHECK(order == std::vector<std::string>{"create", "start", "rename", "die", "destroy"});
    for (const auto& x : bench().notes->events(watch)) {
      if (x.id != id)
        continue;
      CHECK(x.kind == engine::object_kind::container);
      CHECK(x.supervised);
      CHECK(x.at > wall_time{});
      CHECK((x.name == "watched" || x.name == "renamed"));
      CHECK(x.exit_code.has_value() == (x.action == "die"));
      if (x.action == "die")
        CHECK(*x.exit_code == 137);
      if (x.action == "kill")
        CHECK_FALSE(x.signal.empty());
    }
    for (const auto& batch : bench().notes->batches)
      CHECK((!batch.events.empty() && batch.events.size() <= 64));
  }

  TEST_CASE("events: networks tell who joined") {
    const auto watch = next_watch();
    CHECK(ask(engine::watch_events{watch}));
    CHECK(ask(engine::create_network{"contract_events", {}}));
    {
      auto config = sleeper();
      config.network_mode = "contract_events";
      config.networks["contract_events"] = {};
      const auto made = create("joiner", config);
      CHECK(ask(engine::start_container{made.id()}));
      CHECK(bench().run_until(
        [&] {
          for (const auto& x : bench().notes->events(watch)) {
            if (x.kind == engine::object_kind::network && x.action == "connect"
                && x.container == made.id().value && x.name == "contract_events")
              return true;
          }
          return false;
        },
        20s));
    }
    const auto list = ask(engine::list_networks{});
    REQUIRE(list);
    for (const auto& x : list->items) {
      if (x.name == "contract_events")
        CHECK(ask(engine::remove_network{x.id}));
    }
  }

  TEST_CASE("events: a second watch takes the place of the first") {
    const auto first = next_watch();
    const auto second = next_watch();
    CHECK(ask(engine::watch_events{first}));
    CHECK(ask(engine::watch_events{second}));
    CHECK(bench().run_until([&] { return bench().notes->end_of(first).has_value(); }, 20s));
    CHECK(bench().notes->end_of(first)->code == errc::conflict);
    CHECK(ask(engine::create_volume{"contract_watch", {}}));
    CHECK(ask(engine::remove_volume{"contract_watch"}));
    CHECK(bench().run_until([&] { return saw(second, "contract_watch", "destroy"); }, 20s));
    const std::lock_guard lock{bench().notes->guard};
    CHECK_FALSE(saw(first, "contract_watch", "create"));
    CHECK_FALSE(bench().notes->end_of(second).has_value());
  }

} // TEST_SUITE
