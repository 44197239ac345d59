#include "actors/planning/plan/image_space.hpp"

#include "actors/planning/plan/own_image.hpp"

#include <limits>
#include <string>
#include <vector>

#include <doctest/doctest.h>

// What a fetch brings, and whether there is room for it.

namespace copal::planning {
namespace {

const std::vector<layer_size> base_app_extra{{"base", 100}, {"app", 20}, {"extra", 3}};
const std::string digest = "sha256:00112233445566778899aabbccddeeff";
const std::string other_digest = "sha256:ffeeddccbbaa99887766554433221100";

TEST_SUITE("planning: space") {
  TEST_CASE("space: a layer is there when its chain begins an image's") {
    const struct {
      std::string name;
      std::vector<layer_chain> present;
      std::int64_t missing;
    } rows[] = {
      {"nothing is there", {}, 123},
      {"the base is", {{"base"}}, 23},
      {"base and app are, with another above", {{"base", "app", "else"}}, 3},
      {"all is", {{"base", "app", "extra"}}, 0},
      {"all is, below another", {{"base", "app", "extra", "more"}}, 0},
      {"the app's layer stands on another base", {{"old", "app"}}, 123},
      {"in another order", {{"app", "base"}}, 123},
      {"the longest counts", {{"base"}, {"base", "app"}, {"x"}}, 3},
      {"an image without layers", {{}}, 123},
    };
    for (const auto& row : rows) {
      CAPTURE(row.name);
      CHECK(missing_bytes(base_app_extra, row.present) == row.missing);
    }
  }

  TEST_CASE("space: sizes that no number holds are the greatest there is") {
    constexpr auto most = std::numeric_limits<std::int64_t>::max();
    CHECK(missing_bytes({{"a", most}, {"b", most}}, {}) == most);
    CHECK(missing_bytes({{"a", -5}, {"b", 7}}, {}) == 7);
    CHECK(disk_bytes(most) == most);
    CHECK(disk_bytes(50) == 100);
    CHECK(judge_room({"a", {{"a", most}}, {}, 0, most, most}));
    CHECK(sum_bytes(most, most) == most);
    CHECK(sum_bytes(most - 7, 7) == most);
    CHECK(need_beyond(most) == most);
  }

  TEST_CASE("space: one that filled the disk is held until there is more than there was") {
    CHECK(need_beyond(0) > 0);
    CHECK(need_beyond(800) == 901);
    room_question asked{"web:1", base_app_extra, {}, 0, 800, 0};
    CHECK_FALSE(judge_room(asked));
    asked.least = need_beyond(800);
    const auto held = judge_room(asked);
    REQUIRE(held);
    CHECK(held->needed == 901);
    asked.free = 901;
    CHECK_FALSE(judge_room(asked));
    asked.margin = 10;
    CHECK(judge_room(asked));
    // Also where the estimate is that nothing is missing.
    asked.present = {{"base", "app", "extra"}};
    CHECK(judge_room(asked));
  }

  TEST_CASE("space: what needs room, and what there is less margin and promises") {
    const struct {
      std::string name;
      std::vector<layer_chain> present;
      std::int64_t promised;
      std::int64_t free;
      std::int64_t margin;
      bool fits;
    } rows[] = {
      {"just enough", {}, 0, 246, 0, true},
      {"one byte too few", {}, 0, 245, 0, false},
      {"the margin is left free", {}, 0, 256, 10, true},
      {"and not a byte less", {}, 0, 255, 10, false},
      {"others will take some", {}, 5, 260, 10, false},
      {"others will take all", {}, 1000, 260, 10, false},
      {"only what is missing counts", {{"base"}}, 0, 46, 0, true},
      {"nothing to fetch needs no room", {{"base", "app", "extra"}}, 0, 0, 10, true},
    };
    for (const auto& row : rows) {
      CAPTURE(row.name);
      const auto held =
        judge_room({"web:1", base_app_extra, row.present, row.promised, row.free, row.margin});
      CHECK(held.has_value() != row.fits);
      if (held) {
        CHECK(held->name == "web:1");
        CHECK(held->waiting);
        CHECK(held->margin == row.margin);
      }
    }
    const auto held = judge_room({"web:1", base_app_extra, {{"base"}}, 7, 40, 2});
    REQUIRE(held);
    CHECK(*held == space_shortage{"web:1", 46, 33, 2, true});
  }

  TEST_CASE("space: what an image shares with one that is there is not fetched") {
    images_view images;
    images.sizes = {{"a:1", {{"base", 100}, {"a", 1}}, {}},
      {"b:1", {{"base", 100}, {"b", 2}}, {}},
      {"c:1", {}, error{errc::timeout, "no answer"}}};
    CHECK(bytes_to_fetch(images, "a:1") == 101);
    CHECK(bytes_to_fetch(images, "b:1") == 102);
    CHECK_FALSE(bytes_to_fetch(images, "c:1"));
    CHECK_FALSE(bytes_to_fetch(images, "d:1"));
    images.facts[{"sha256:1"}].layers = {"base", "old"};
    CHECK(bytes_to_fetch(images, "a:1") == 1);
    CHECK(bytes_to_fetch(images, "b:1") == 2);
    CHECK(layers_of(images, "b:1") == layer_chain{"base", "b"});
    CHECK(layers_of(images, "c:1").empty());
  }

  TEST_CASE("space: bytes for people") {
    CHECK(bytes_text(0) == "0 bytes");
    CHECK(bytes_text(999) == "999 bytes");
    CHECK(bytes_text(1'000) == "1.0 kB");
    CHECK(bytes_text(12'345'678) == "12.3 MB");
    CHECK(bytes_text(999'999'999) == "999.9 MB");
    CHECK(bytes_text(64LL * 1024 * 1024) == "67.1 MB");
    CHECK(bytes_text(std::numeric_limits<std::int64_t>::max()) == "9223372036.8 GB");
    CHECK(shortage_text({"web:2", 80'000'000, 12'300'000, 67'100'000, true})
          == "no room for web:2: it needs about 80.0 MB, and of the 12.3 MB that are free, 67.1 MB "
             "are kept free");
  }

  TEST_CASE("digest: what came is what was named") {
    const engine_image came{{"sha256:id"}, {}, {"other.io/x/y@" + digest}};
    const struct {
      std::string name;
      std::string asked;
      bool good;
    } rows[] = {
      {"the same", "r.io/x/y@" + digest, true},
      {"another", "r.io/x/y@" + other_digest, false},
      {"a tag names whatever it stands for", "r.io/x/y:1", true},
      {"no reference", "x@y@z", true},
    };
    for (const auto& row : rows) {
      CAPTURE(row.name);
      CHECK(judge_fetched(row.asked, came).has_value() != row.good);
    }
    const auto wrong = judge_fetched("r.io/x/y@" + other_digest, came);
    REQUIRE(wrong);
    CHECK(wrong->code == errc::corrupt);
    CHECK(wrong->what.find("wanted r.io/x/y@" + other_digest) != std::string::npos);
    CHECK(wrong->what.find("got other.io/x/y@" + digest) != std::string::npos);
    const auto nameless = judge_fetched("r.io/x/y@" + digest, {{"sha256:id"}, {}, {}});
    REQUIRE(nameless);
    CHECK(nameless->what.find("got sha256:id") != std::string::npos);
  }

  TEST_CASE("own image: the supervisor's repository under any tag") {
    const struct {
      std::string name;
      engine_image image;
      std::string own;
      bool expected;
    } rows[] = {
      {"the one that runs",
        {{}, {"balena/amd64-supervisor:v14"}, {}},
        "balena/amd64-supervisor:v14",
        true},
      {"an older one",
        {{}, {"balena/amd64-supervisor:v7"}, {}},
        "balena/amd64-supervisor:v14",
        true},
      {"one by its digest",
        {{}, {}, {"balena/amd64-supervisor@" + digest}},
        "balena/amd64-supervisor:v14",
        true},
      {"the company's name before",
        {{}, {"resin/amd64-supervisor:v7"}, {}},
        "balena/amd64-supervisor",
        true},
      {"named with the default registry", {{}, {"balena/s:1"}, {}}, "docker.io/balena/s:2", true},
      {"a registry with a port", {{}, {"r:5000/s:1"}, {}}, "r:5000/s:2", true},
      {"named by its digest", {{}, {"r:5000/s:1"}, {}}, "r:5000/s@" + digest, true},
      {"another repository",
        {{}, {"balena/amd64-supervisor-x:v7"}, {}},
        "balena/amd64-supervisor:v14",
        false},
      {"another registry", {{}, {"r.io/balena/s:1"}, {}}, "balena/s:1", false},
      {"without a name", {{}, {}, {}}, "balena/s:1", false},
      {"the supervisor has no image", {{}, {"web:1"}, {}}, "", false},
    };
    for (const auto& row : rows) {
      CAPTURE(row.name);
      CHECK(is_own_image(row.image, row.own) == row.expected);
    }
  }
}

} // namespace
} // namespace copal::planning
