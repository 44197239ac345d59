#include "tests/actors/images/bench.hpp"

#include <set>
#include <utility>

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

const std::string digest =
  "@sha256:00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
const std::string by_digest = "registry.sim/web" + digest;
const std::string elsewhere = "registry.sim/twin" + digest;

/// An image that goes by these names.
engine_image_id add_named(
  images_bench& bench, std::set<std::string> tags, std::set<std::string> digests) {
  const auto id = bench.add_image(name);
  auto& image = bench.world->images.at(id).image;
  image.tags = std::move(tags);
  image.digests = std::move(digests);
  return id;
}

/// Waits for the answer: no error, or its kind.
std::optional<errc> outcome(images_bench& bench, const answer<image_step_done>& asked) {
  bench.system.run_for(1s);
  REQUIRE(asked.there());
  return asked.get() ? std::nullopt : std::optional{asked.get().error().code};
}

/// As it is saved, of another service.
bool is_ours_when_saved(images_bench& bench, const std::string& as, const engine_image_id& id) {
  image_row row;
  row.name = as;
  row.app = app_id{1};
  row.used_by = service_name{"other"};
  row.engine_id = id;
  REQUIRE_FALSE(outcome(bench, bench.begin(save_image{row})));
  for (const auto& stored : bench.disk->rows) {
    if (stored.name == as && stored.used_by == row.used_by)
      return stored.ours;
  }
  FAIL("it was not saved");
  return false;
}

TEST_SUITE("images: rows") {
  TEST_CASE("spec 12.59: a name that keeps the image of another row is not removed") {
    const struct {
      std::string title;
      std::set<std::string> tags;
      std::set<std::string> digests;
      std::string going;
      std::string holding;
    } rows[] = {
      {"the same digest in another repository", {}, {by_digest}, by_digest, elsewhere},
      {"a tag, and the digest that goes with it", {name}, {by_digest}, name, by_digest},
    };
    for (const auto& row : rows) {
      CAPTURE(row.title);
      images_bench bench;
      const auto id = add_named(bench, row.tags, row.digests);
      const auto going = bench.add_row(row.going, id, 1);
      const auto holding = bench.add_row(row.holding, id, 2);
      bench.start();
      const auto before = bench.world->images.at(id).image;
      CHECK(outcome(bench, bench.begin(remove_image{going})) == errc::conflict);
      CHECK(bench.world->images.at(id).image == before);
      CHECK(bench.disk->rows.size() == 2);
      // All of them: the image goes, in whatever order.
      const auto first = bench.begin(remove_image{holding});
      const auto second = bench.begin(remove_image{going});
      CHECK_FALSE(outcome(bench, first));
      CHECK_FALSE(outcome(bench, second));
      CHECK_FALSE(bench.world->images.contains(id));
      CHECK(bench.disk->rows.empty());
    }
  }

  TEST_CASE("rows: one that did not hear of its image, and keeps it for another, learns its id") {
    images_bench bench;
    const auto id = add_named(bench, {}, {by_digest});
    const auto unheard = bench.add_row(by_digest, {}, 1);
    (void)bench.add_row(elsewhere, id, 2);
    bench.start();
    CHECK_FALSE(outcome(bench, bench.begin(remove_image{unheard})));
    REQUIRE(bench.world->images.contains(id));
    REQUIRE(bench.disk->rows.size() == 2);
    for (const auto& row : bench.disk->rows)
      CHECK(row.engine_id == id);
  }

  TEST_CASE("rows: an image whose tag went to another stays known by its digest") {
    for (const auto has_digest : {true, false}) {
      CAPTURE(has_digest);
      images_bench bench;
      const auto before = add_named(bench, {}, {});
      if (has_digest)
        bench.world->images.at(before).image.digests.insert(by_digest);
      auto row = bench.add_row(name, before, 1);
      row.engine_id = bench.add_image(name);
      bench.start();
      CHECK_FALSE(outcome(bench, bench.begin(save_image{row})));
      REQUIRE(bench.disk->rows.size() == 2);
      for (const auto& stored : bench.disk->rows) {
        const auto old_name = has_digest ? by_digest : before.value;
        CHECK(stored.name == (stored.engine_id == before ? old_name : name));
        CHECK(stored.ours == (stored.engine_id == before));
        if (stored.engine_id == before) {
          CHECK_FALSE(outcome(bench, bench.begin(remove_image{stored})));
          break;
        }
      }
      CHECK_FALSE(bench.world->images.contains(before));
      CHECK(bench.world->images.contains(row.engine_id));
    }
  }

  TEST_CASE("rows: a tag's digest keeps the image of another row when the tag has moved on") {
    images_bench bench;
    const auto id = add_named(bench, {}, {by_digest});
    const auto going = bench.add_row(name, id, 1);
    const auto holding = bench.add_row(elsewhere, id, 2);
    bench.start();
    CHECK(outcome(bench, bench.begin(remove_image{going})) == errc::conflict);
    REQUIRE(bench.world->images.contains(id));
    CHECK_FALSE(outcome(bench, bench.begin(remove_image{holding})));
    CHECK_FALSE(outcome(bench, bench.begin(remove_image{going})));
    CHECK_FALSE(bench.world->images.contains(id));
  }

  TEST_CASE("rows: what is left of a tag goes, although another row has the tag itself") {
    images_bench bench;
    const auto id = add_named(bench, {}, {by_digest, elsewhere});
    const auto going = bench.add_row(name, id, 1);
    (void)bench.add_row(elsewhere, id, 2);
    (void)bench.add_row(name, bench.add_image(name), 3);
    bench.start();
    CHECK_FALSE(outcome(bench, bench.begin(remove_image{going})));
    CHECK(bench.world->images.at(id).image == engine_image{id, {}, {elsewhere}});
    CHECK(bench.disk->rows.size() == 2);
  }

  TEST_CASE("rows: a name that keeps an image which is just wanted by its digest is not removed") {
    images_bench bench;
    const auto id = add_named(bench, {name}, {by_digest});
    const auto going = bench.add_row(name, id, 1);
    image_row wanted;
    wanted.name = elsewhere;
    wanted.app = app_id{1};
    wanted.used_by = service_name{"other"};
    bench.world->registry[elsewhere] = bench.world->images.at(id);
    bench.start();
    (void)bench.begin(fetch_image{wanted});
    CHECK(outcome(bench, bench.begin(remove_image{going})) == errc::conflict);
    CHECK(bench.world->images.contains(id));
    bench.system.run_for(60s);
    CHECK_FALSE(outcome(bench, bench.begin(remove_image{going})));
    CHECK(bench.world->images.at(id).image == engine_image{id, {}, {elsewhere}});
  }

  TEST_CASE("rows: a name goes while the image keeps one of another row") {
    images_bench bench;
    const auto id = add_named(bench, {name, "registry.sim/twin:1"}, {by_digest});
    const auto going = bench.add_row(name, id, 1);
    const auto holding = bench.add_row("registry.sim/twin:1", id, 2);
    bench.start();
    CHECK_FALSE(outcome(bench, bench.begin(remove_image{going})));
    CHECK(bench.world->images.at(id).image == engine_image{id, {"registry.sim/twin:1"}, {}});
    CHECK(bench.disk->rows == std::vector<image_row>{holding});
  }

  TEST_CASE("rows: a digest is left to the tag of its repository, also while a container runs") {
    images_bench bench;
    const auto id = add_named(bench, {name}, {by_digest});
    const auto going = bench.add_row(by_digest, id, 1);
    (void)bench.add_row(name, id, 2);
    container_config config;
    config.image = name;
    REQUIRE(bench.world->create_container("user", config));
    bench.start();
    CHECK_FALSE(outcome(bench, bench.begin(remove_image{going})));
    CHECK(bench.world->images.at(id).image == engine_image{id, {name}, {by_digest}});
    CHECK(bench.disk->rows.size() == 1);
    CHECK(bench.world->calls["remove_image"] == 0);
  }

  TEST_CASE("rows: what the Node supervisor fetched goes with its tag, and with no other tag") {
    const std::string latest = "registry.sim/web:latest";
    const std::string theirs = "registry.sim/web:mine";
    for (const auto stranger : {false, true}) {
      CAPTURE(stranger);
      images_bench bench;
      const auto id = add_named(bench, {latest}, {by_digest});
      if (stranger)
        bench.world->images.at(id).image.tags.insert(theirs);
      const auto row = bench.add_row(by_digest, id, 1);
      const auto tag = bench.add_row(latest, id, 2);
      bench.start();
      const auto first = bench.begin(remove_image{row});
      const auto second = bench.begin(remove_image{tag});
      CHECK_FALSE(outcome(bench, first));
      CHECK_FALSE(outcome(bench, second));
      CHECK(bench.disk->rows.empty());
      REQUIRE(bench.world->images.contains(id) == stranger);
      if (stranger)
        CHECK(bench.world->images.at(id).image.tags == std::set<std::string>{theirs});
    }
  }

  TEST_CASE("rows: an image that somebody fetched by its digest, too, stays for him") {
    for (const auto stranger : {false, true}) {
      CAPTURE(stranger);
      images_bench bench;
      const auto id = add_named(bench, {name}, {by_digest});
      if (stranger)
        bench.world->images.at(id).image.digests.insert(elsewhere);
      const auto row = bench.add_row(name, id, 1);
      bench.start();
      CHECK_FALSE(outcome(bench, bench.begin(remove_image{row})));
      CHECK(bench.disk->rows.empty());
      REQUIRE(bench.world->images.contains(id) == stranger);
      if (stranger)
        CHECK(bench.world->images.at(id).image == engine_image{id, {}, {elsewhere}});
    }
  }

  TEST_CASE("rows: of an image that we fetched, a name that somebody else gave it is his") {
    images_bench bench;
    const auto other = add_named(bench, {"theirs:2"}, {});
    const auto id = add_named(bench, {name, "theirs:1"}, {by_digest, "theirs" + digest});
    (void)bench.add_row(name, id, 1);
    bench.start();
    CHECK(is_ours_when_saved(bench, name, id));
    CHECK(is_ours_when_saved(bench, by_digest, id));
    CHECK(is_ours_when_saved(bench, elsewhere, id)); // It has no such name that could go.
    CHECK_FALSE(is_ours_when_saved(bench, "theirs:1", id));
    CHECK_FALSE(is_ours_when_saved(bench, "theirs" + digest, id));
    CHECK_FALSE(is_ours_when_saved(bench, "theirs:2", other));
  }

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
    bench.world->images.at(before).image.digests.clear();
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
