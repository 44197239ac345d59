#include "tests/actors/images/bench.hpp"

#include <algorithm>

#include <caf/send.hpp>
#include <doctest/doctest.h>

// What comes before and after a pull: room, the right image, an end that was asked for.

namespace copal::test {
namespace {

using namespace std::chrono_literals;

const std::string name = "registry.sim/web:2";

image_row row_of(const std::string& image) {
  image_row row;
  row.name = image;
  row.app = app_id{1};
  row.service = service_id{1};
  row.used_by = service_name{"web"};
  row.commit = commit_id{"c2"};
  return row;
}

void publish(images_bench& bench, const std::string& image, std::vector<std::string> layers) {
  image_facts facts;
  facts.layers = std::move(layers);
  bench.world->publish(image, std::move(facts));
}

std::uint64_t calls(images_bench& bench, const std::string& what) {
  return bench.world->calls[what];
}

bool is_there(images_bench& bench, const std::string& image) {
  const auto view = bench.view();
  return std::any_of(view.engine.begin(), view.engine.end(), [&image](const engine_image& x) {
    return x.tags.contains(image);
  });
}

TEST_SUITE("images: fetches") {
  TEST_CASE("fetch: with room it comes, and the registry is asked once") {
    images_bench bench;
    publish(bench, name, {"base", "web"});
    bench.start();
    (void)bench.begin(fetch_image{row_of(name)});
    bench.system.run_for(1s);
    const auto view = bench.view();
    REQUIRE(view.sizes.size() == 1);
    CHECK(view.sizes.front().layers
          == std::vector<layer_size>{{"base", 1'000'000}, {"web", 1'000'000}});
    bench.system.run_for(60s);
    CHECK(is_there(bench, name));
    CHECK(bench.disk->rows.size() == 1);
    CHECK(calls(bench, "look_at_image") == 1);
    CHECK(bench.view().sizes.empty());
  }

  TEST_CASE("fetch: without room it is held, leaves nothing, and comes when there is room") {
    images_bench bench;
    publish(bench, name, {"base", "web"});
    bench.host->free_bytes = 4'000'000 + default_kept_free - 1;
    bench.start();
    (void)bench.begin(fetch_image{row_of(name)});
    bench.system.run_for(5s);
    auto view = bench.view();
    REQUIRE(view.shortages.size() == 1);
    CHECK(view.shortages.front()
          == space_shortage{
            name, 4'000'000, 4'000'000 + default_kept_free - 1, default_kept_free, true});
    CHECK(view.fetching.empty());
    CHECK(bench.disk->rows.empty());
    CHECK(calls(bench, "pull_image") == 0);
    // Its pause is over: it may be asked for again, and there is no room still.
    bench.system.run_for(60s);
    CHECK_FALSE(bench.view().shortages.front().waiting);
    (void)bench.begin(fetch_image{row_of(name)});
    bench.system.run_for(5s);
    CHECK(bench.view().shortages.front().waiting);
    bench.host->free_bytes += 1;
    bench.system.run_for(60s);
    (void)bench.begin(fetch_image{row_of(name)});
    bench.system.run_for(60s);
    view = bench.view();
    CHECK(view.shortages.empty());
    CHECK(is_there(bench, name));
    CHECK(calls(bench, "look_at_image") == 1);
  }

  TEST_CASE("fetch: layers of images that are there need no room, also of images of others") {
    images_bench bench;
    (void)bench.add_image("registry.sim/stranger:1");
    bench.world->images.begin()->second.facts.layers = {"base", "theirs"};
    publish(bench, name, {"base", "web"});
    bench.host->free_bytes = 2'000'000 + default_kept_free;
    bench.start();
    (void)bench.begin(fetch_image{row_of(name)});
    // Held, until the images of others are known, which ends the wait at once.
    bench.system.run_for(5s);
    REQUIRE(bench.view().shortages.size() == 1);
    CHECK_FALSE(bench.view().shortages.front().waiting);
    (void)bench.begin(fetch_image{row_of(name)});
    bench.system.run_for(60s);
    CHECK(is_there(bench, name));
  }

  TEST_CASE("fetch: two at a time share what is free, and what they share counts once") {
    images_bench bench;
    const std::string second = "registry.sim/db:2";
    publish(bench, name, {"base", "web"});
    publish(bench, second, {"base", "db"});
    bench.host->free_bytes = 6'000'000 + default_kept_free;
    bench.start();
    (void)bench.begin(fetch_image{row_of(name)});
    (void)bench.begin(fetch_image{row_of(second)});
    bench.system.run_for(1s);
    CHECK(bench.view().shortages.empty());

    images_bench tight;
    publish(tight, name, {"base", "web"});
    publish(tight, second, {"base", "db"});
    tight.host->free_bytes = 6'000'000 + default_kept_free - 1;
    tight.start();
    (void)tight.begin(fetch_image{row_of(name)});
    (void)tight.begin(fetch_image{row_of(second)});
    tight.system.run_for(1s);
    CHECK(tight.view().shortages.size() == 1);
  }

  TEST_CASE("fetch: a registry that does not tell holds nothing up") {
    images_bench bench;
    publish(bench, name, {"base"});
    bench.start();
    bench.registry_faults->rates.fails = 100;
    (void)bench.begin(fetch_image{row_of(name)});
    bench.system.run_for(1s);
    const auto view = bench.view();
    REQUIRE(view.sizes.size() == 1);
    REQUIRE(view.sizes.front().problem);
    bench.system.run_for(60s);
    CHECK(is_there(bench, name));
  }

  TEST_CASE("fetch: a registry that did not tell at one try is asked at the next") {
    images_bench bench;
    bench.host->free_bytes = 0;
    bench.start();
    (void)bench.begin(fetch_image{row_of(name)}); // nobody has such an image yet
    bench.system.run_for(5s);
    REQUIRE(bench.view().failures.size() == 1);
    REQUIRE(bench.view().sizes.size() == 1);
    REQUIRE(bench.view().sizes.front().problem);
    publish(bench, name, {"base"});
    bench.system.run_for(60s);
    (void)bench.begin(fetch_image{row_of(name)});
    bench.system.run_for(5s);
    CHECK(bench.view().shortages.size() == 1);
    CHECK_FALSE(is_there(bench, name));
    CHECK(calls(bench, "pull_image") == 1);
  }

  TEST_CASE("fetch: no check where it is switched off") {
    images_bench bench;
    bench.config.kept_free.reset();
    publish(bench, name, {"base"});
    bench.host->free_bytes = 0;
    bench.start();
    (void)bench.begin(fetch_image{row_of(name)});
    bench.system.run_for(60s);
    CHECK(is_there(bench, name));
    CHECK(calls(bench, "look_at_image") == 0);
  }

  TEST_CASE("fetch: no check where the engine is on another machine: its disk is not this one's") {
    images_bench bench;
    bench.config.engine_is_here = false;
    publish(bench, name, {"base"});
    bench.host->free_bytes = 0;
    bench.start();
    (void)bench.begin(fetch_image{row_of(name)});
    bench.system.run_for(60s);
    CHECK(is_there(bench, name));
    CHECK(calls(bench, "look_at_image") == 0);
  }

  TEST_CASE("fetch: one that failed, and that nobody asks for again, is forgotten") {
    images_bench bench;
    bench.start();
    (void)bench.begin(fetch_image{row_of(name)}); // nobody has such an image
    bench.system.run_for(5s);
    REQUIRE(bench.view().failures.size() == 1);
    REQUIRE(bench.view().sizes.size() == 1);
    // Asked for again, it counts on.
    bench.system.run_for(4min);
    (void)bench.begin(fetch_image{row_of(name)});
    bench.system.run_for(4min);
    REQUIRE(bench.view().failures.size() == 1);
    CHECK(bench.view().failures.front().count == 2);
    bench.system.run_for(2min);
    CHECK(bench.view().failures.empty());
    CHECK(bench.view().sizes.empty());
  }

  TEST_CASE("fetch: while the engine is away nobody asks, and nothing is forgotten") {
    images_bench bench;
    bench.start();
    (void)bench.begin(fetch_image{row_of(name)});
    bench.system.run_for(5s);
    bench.world->reachable = false;
    caf::anon_send(bench.actor, look_at_images{});
    bench.system.run_for(60min);
    CHECK(bench.view().failures.size() == 1);
    bench.world->reachable = true;
    bench.system.run_for(10min);
    CHECK(bench.view().failures.empty());
  }

  TEST_CASE("fetch: one that was held, and that nobody asks for again, is forgotten") {
    images_bench bench;
    const auto theirs = bench.add_image("registry.sim/stranger:1");
    publish(bench, name, {"base"});
    bench.host->free_bytes = 0;
    bench.start();
    (void)bench.begin(fetch_image{row_of(name)});
    bench.system.run_for(5s);
    REQUIRE(bench.view().shortages.size() == 1);
    CHECK(bench.view().facts.contains(theirs));
    bench.system.run_for(10min);
    const auto view = bench.view();
    CHECK(view.shortages.empty());
    CHECK(view.sizes.empty());
    CHECK(view.facts.empty());
  }

  TEST_CASE("fetch: one that was held, and goes on without a look at the space, is held no more") {
    images_bench bench;
    publish(bench, name, {"base"});
    bench.host->free_bytes = 0;
    bench.start();
    (void)bench.begin(fetch_image{row_of(name)});
    bench.system.run_for(60s);
    REQUIRE(bench.view().shortages.size() == 1);
    bench.system.before_job = [&bench](const job& next) {
      bench.faults->rates.fails = next.name == "host" ? 100 : 0;
    };
    (void)bench.begin(fetch_image{row_of(name)});
    bench.system.run_for(1s);
    CHECK(bench.view().fetching.size() == 1);
    CHECK(bench.view().shortages.empty());
    bench.system.run_for(60s);
    CHECK(is_there(bench, name));
    CHECK(bench.view().facts.size() == 1);
  }

  TEST_CASE("fetch: one that fills the disk is not begun again before there is more room") {
    images_bench bench;
    constexpr std::int64_t free = 4'000'000 + default_kept_free;
    publish(bench, name, {"base", "web"}); // estimated at 4 MB
    bench.world->too_large.insert(name);
    bench.host->free_bytes = free;
    bench.start();
    (void)bench.begin(fetch_image{row_of(name)});
    bench.system.run_for(60s);
    REQUIRE(bench.view().failures.size() == 1);
    CHECK(bench.view().failures.front().last.code == errc::exhausted);
    CHECK(calls(bench, "pull_image") == 1);
    (void)bench.begin(fetch_image{row_of(name)});
    bench.system.run_for(60s);
    REQUIRE(bench.view().shortages.size() == 1);
    CHECK(bench.view().shortages.front().needed > free);
    CHECK(bench.view().shortages.front().free == free);
    CHECK(calls(bench, "pull_image") == 1);
    SUBCASE("with more of it, it is tried") {
      bench.host->free_bytes = 3 * free;
      bench.world->too_large.clear();
      (void)bench.begin(fetch_image{row_of(name)});
      bench.system.run_for(60s);
      CHECK(is_there(bench, name));
    }
    SUBCASE("something else may have filled it: the estimate counts again after a while") {
      for (auto time = 0min; time < 7h; time += 2min) {
        (void)bench.begin(fetch_image{row_of(name)});
        bench.system.run_for(2min);
      }
      CHECK(calls(bench, "pull_image") == 2);
    }
  }

  TEST_CASE("fetch: another image than the one that was named goes again, with its row") {
    images_bench bench;
    const std::string wanted = "registry.sim/web@sha256:00112233445566778899aabbccddeeff";
    publish(bench, "registry.sim/web:evil", {"base"});
    bench.world->swapped[wanted] = "registry.sim/web:evil";
    bench.start();
    (void)bench.begin(fetch_image{row_of(wanted)});
    bench.system.run_for(30s);
    const auto view = bench.view();
    CHECK(view.engine.empty());
    CHECK(view.fetching.empty());
    CHECK(bench.disk->rows.empty());
    REQUIRE(view.failures.size() == 1);
    const auto& why = view.failures.front().last;
    CHECK(why.code == errc::corrupt);
    CHECK(why.what.find("wanted " + wanted) != std::string::npos);
    CHECK(why.what.find("got registry.sim/web@sha256:") != std::string::npos);
  }

  TEST_CASE("fetch: another image that was there before stays") {
    images_bench bench;
    const std::string wanted = "registry.sim/web@sha256:00112233445566778899aabbccddeeff";
    (void)bench.add_image("registry.sim/web:other");
    bench.world->swapped[wanted] = "registry.sim/web:other";
    bench.start();
    (void)bench.begin(fetch_image{row_of(wanted)});
    bench.system.run_for(30s);
    CHECK(is_there(bench, "registry.sim/web:other"));
    CHECK(bench.view().failures.size() == 1);
  }

  TEST_CASE("fetch: one that nobody wants any more is ended, and its row goes") {
    images_bench bench;
    const std::string other = "registry.sim/db:2";
    publish(bench, name, {"base", "web"});
    publish(bench, other, {"base", "db"});
    bench.world->pull_takes = [] { return 60s; };
    bench.start();
    (void)bench.begin(fetch_image{row_of(name)});
    (void)bench.begin(fetch_image{row_of(other)});
    bench.system.run_for(10s);
    REQUIRE(bench.view().fetching.size() == 2);
    const auto ended = bench.begin(remove_image{row_of(name)});
    bench.system.run_for(5s);
    REQUIRE(ended.there());
    CHECK(ended.get().has_value());
    CHECK(bench.view().fetching.size() == 1);
    CHECK(bench.disk->rows.size() == 1);
    bench.system.run_for(120s);
    CHECK_FALSE(is_there(bench, name));
    CHECK(is_there(bench, other));
    CHECK(bench.view().failures.empty());
  }
}

} // namespace
} // namespace copal::test
