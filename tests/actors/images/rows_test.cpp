#include "tests/actors/images/bench.hpp"

#include <doctest/doctest.h>

// Which image goes with its row.

namespace copal::test {
namespace {

using namespace std::chrono_literals;

const std::string name = "registry.sim/web:1";

/// Somebody else fetched what the tag stands for now: our image has no name any more.
engine_image_id move_tag(images_bench& bench) {
  return bench.add_image(name);
}

TEST_SUITE("images: rows") {
  TEST_CASE("rows: an image goes with its row") {
    images_bench bench;
    const auto id = bench.add_image(name);
    const auto row = bench.add_row(name, id, 1);
    bench.start();
    const auto done = bench.begin(remove_image{row});
    bench.system.run_for(1s);
    REQUIRE(done.there());
    CHECK(done.get().has_value());
    CHECK_FALSE(bench.world->images.contains(id));
    CHECK(bench.disk->rows.empty());
  }

  TEST_CASE("rows: an image that a stranger's container uses stays, and only the row goes") {
    images_bench bench;
    const auto id = bench.add_image(name);
    const auto row = bench.add_row(name, id, 1);
    container_config config;
    config.image = name;
    REQUIRE(bench.world->create_container("stranger", config));
    bench.start();
    // One of ours might be about to go.
    for (auto tries = 1; tries < 10; ++tries) {
      const auto refused = bench.begin(remove_image{row});
      bench.system.run_for(1s);
      REQUIRE(refused.there());
      REQUIRE_FALSE(refused.get().has_value());
      CHECK(refused.get().error().code == errc::conflict);
      CHECK(bench.disk->rows.size() == 1);
    }
    const auto done = bench.begin(remove_image{row});
    bench.system.run_for(1s);
    REQUIRE(done.there());
    CHECK(done.get().has_value());
    CHECK(bench.world->images.at(id).image.tags.contains(name));
    CHECK(bench.disk->rows.empty());
  }

  TEST_CASE("rows: of the supervisor's own image only the row goes") {
    images_bench bench;
    bench.config.own_image = "registry.sim/web:14";
    const auto id = bench.add_image(name);
    const auto row = bench.add_row(name, id, 1);
    bench.start();
    (void)bench.begin(remove_image{row});
    bench.system.run_for(1s);
    CHECK(bench.world->images.at(id).image.tags.contains(name));
    CHECK(bench.disk->rows.empty());
  }

  TEST_CASE("rows: an image stays for another row that names it") {
    images_bench bench;
    const auto id = bench.add_image(name);
    const auto row = bench.add_row(name, id, 1);
    const auto other = bench.add_row(name, id, 2);
    bench.start();
    (void)bench.begin(remove_image{row});
    bench.system.run_for(1s);
    CHECK(bench.world->images.at(id).image.tags.contains(name));
    CHECK(bench.disk->rows == std::vector<image_row>{other});
  }

  TEST_CASE("spec 12.44: an image of ours that dangles, since its tag went to another, goes") {
    images_bench bench;
    const auto before = bench.add_image(name);
    const auto row = bench.add_row(name, before, 1);
    const auto after = move_tag(bench);
    const auto other = bench.add_row(name, after, 2);
    bench.start();
    (void)bench.begin(remove_image{row});
    bench.system.run_for(1s);
    CHECK_FALSE(bench.world->images.contains(before));
    CHECK(bench.world->images.at(after).image.tags.contains(name));
    CHECK(bench.disk->rows == std::vector<image_row>{other});
  }

  TEST_CASE("rows: two rows of a nameless image that go at once take it along") {
    images_bench bench;
    const auto id = bench.add_image(name);
    (void)move_tag(bench);
    const auto by_name = bench.add_row(name, id, 1);
    const auto by_id = bench.add_row(id.value, id, 2);
    bench.start();
    (void)bench.begin(remove_image{by_name});
    (void)bench.begin(remove_image{by_id});
    bench.system.run_for(1s);
    CHECK_FALSE(bench.world->images.contains(id));
    CHECK(bench.disk->rows.empty());
  }

  TEST_CASE("rows: one that is just given to another image does not hold the one before") {
    images_bench bench;
    const auto before = bench.add_image(name);
    auto row = bench.add_row(name, before, 1);
    const auto by_id = bench.add_row(before.value, before, 1);
    row.engine_id = move_tag(bench);
    bench.start();
    bench.system.before_job = [&bench](const job& next) {
      const auto hit = next.name == "store" && next.about.match_elements<store::put_row>();
      bench.faults->rates.slow = hit ? 100 : 0;
    };
    (void)bench.begin(save_image{row});
    (void)bench.begin(remove_image{by_id});
    bench.system.run_for(120s);
    row.ours = false;
    CHECK(bench.disk->rows == std::vector<image_row>{row});
    CHECK_FALSE(bench.world->images.contains(before));
  }

  TEST_CASE("rows: one that may have gone from the disk does not hold an image") {
    images_bench bench;
    const auto id = bench.add_image(name);
    (void)move_tag(bench);
    const auto by_name = bench.add_row(name, id, 1);
    const auto by_id = bench.add_row(id.value, id, 2);
    bench.start();
    // The row is dropped, the answer says that it was not, and reading the disk takes a while.
    bench.system.before_job = [&bench](const job& next) {
      const auto of_store = next.name == "store";
      const auto first = bench.disk->rows.size() == 2;
      auto& rates = bench.faults->rates;
      rates.fails_after =
        of_store && first && next.about.match_elements<store::drop_row>() ? 100 : 0;
      rates.slow = of_store && next.about.match_elements<store::load_rows>() ? 100 : 0;
    };
    const auto first = bench.begin(remove_image{by_id});
    REQUIRE(bench.system.run_until([&first] { return first.there(); }, 1s));
    REQUIRE(first.failed_with(errc::unavailable));
    REQUIRE(bench.disk->rows == std::vector<image_row>{by_name});
    // As the conductor does: again, until it works.
    for (auto tries = 0; tries < 60 && !bench.disk->rows.empty(); ++tries) {
      (void)bench.begin(remove_image{by_name});
      bench.system.run_for(1s);
    }
    CHECK(bench.disk->rows.empty());
    CHECK_FALSE(bench.world->images.contains(id));
  }
}

} // namespace
} // namespace copal::test
