#include "actors/planning/plan/own_image.hpp"

#include <string>
#include <vector>

#include <doctest/doctest.h>

// Which of an image's names are whose.

namespace copal::planning {
namespace {

const std::string digest = "@sha256:00112233445566778899aabbccddeeff";

engine_image named(std::set<std::string> tags, std::set<std::string> digests) {
  return {{"sha256:id"}, std::move(tags), std::move(digests)};
}

std::string names_of(const engine_image& image) {
  std::string out;
  for (const auto* names : {&image.tags, &image.digests}) {
    for (const auto& name : *names)
      out += (out.empty() ? "" : " ") + name;
  }
  return out;
}

TEST_SUITE("planning: names of images") {
  TEST_CASE("names: what an image is listed by, as the engine spells it") {
    const auto image = named({"busybox:1", "r.io/web:1"}, {"r.io/web" + digest});
    CHECK(listed_name(image, "docker.io/library/busybox:1") == "busybox:1");
    CHECK(listed_name(image, "busybox:2").empty());
    CHECK(listed_name(image, "r.io/web:1") == "r.io/web:1");
    CHECK(listed_name(image, "r.io/web" + digest) == "r.io/web" + digest);
    // The same image; but not a name of its.
    CHECK(listed_name(image, "r.io/other" + digest).empty());
    CHECK(listed_name(image, "sha256:id").empty());
    CHECK(listed_name(image, "x@y@z").empty());
    const auto of_podman = named({"docker.io/library/busybox:1"}, {});
    CHECK(listed_name(of_podman, "busybox:1") == "docker.io/library/busybox:1");
  }

  TEST_CASE("names: what is left of those that a fetch has put on an image") {
    CHECK(own_name(named({"web:1"}, {"web" + digest}), "web:1") == "web:1");
    // The tag has moved on.
    CHECK(
      own_name(named({"web:2"}, {"other" + digest, "web" + digest}), "web:1") == "web" + digest);
    CHECK(own_name(named({}, {"other" + digest}), "web:1").empty());
    CHECK(own_name(named({"web:1"}, {}), "web" + digest).empty());
    CHECK(own_name(named({"web:1"}, {"web" + digest}), "sha256:id").empty());
    CHECK(removable_name(named({"web:2"}, {"web" + digest}), "web:1").empty());
    CHECK(removable_name(named({}, {"web" + digest}), "web:1") == "web" + digest);
  }

  TEST_CASE("names: what goes with one of them") {
    const struct {
      std::string name;
      engine_image image;
      std::string removed;
      std::string left;
    } rows[] = {
      {"the only tag, with its digest", named({"web:1"}, {"web" + digest}), "web:1", ""},
      {"a tag beside another one",
        named({"web:1", "web:2"}, {"web" + digest}),
        "web:1",
        "web:2 web" + digest},
      {"the last tag of one of two repositories",
        named({"web:1", "other:1"}, {"other" + digest, "web" + digest}),
        "web:1",
        "other:1 other" + digest},
      {"a digest alone", named({}, {"web" + digest}), "web" + digest, ""},
      {"a digest beside another repository's tag",
        named({"other:1"}, {"web" + digest}),
        "web" + digest,
        "other:1"},
      {"a digest goes with the tag, not before it",
        named({"web:1"}, {"web" + digest}),
        "web" + digest,
        "web:1 web" + digest},
      {"one that it does not go by", named({"web:1"}, {}), "web:2", "web:1"},
      {"its digest under another repository",
        named({}, {"web" + digest}),
        "other" + digest,
        "web" + digest},
    };
    for (const auto& row : rows) {
      CAPTURE(row.name);
      CHECK(names_of(without_name(row.image, row.removed)) == row.left);
    }
  }

  TEST_CASE("names: one that others keep the image by cannot go") {
    const struct {
      std::string name;
      engine_image image;
      std::string removed;
      std::vector<std::string> holders;
      bool can_go;
    } rows[] = {
      {"another has it by its digest in another repository",
        named({}, {"a" + digest}),
        "a" + digest,
        {"b" + digest},
        false},
      {"that one is a name of the image, too",
        named({}, {"a" + digest, "b" + digest}),
        "a" + digest,
        {"b" + digest},
        true},
      {"the digest of the tag's repository goes with the tag",
        named({"web:1"}, {"web" + digest}),
        "web:1",
        {"web" + digest},
        false},
      {"a second tag of the repository keeps the digest",
        named({"web:1", "web:2"}, {"web" + digest}),
        "web:1",
        {"web" + digest},
        true},
      {"a digest beside the tag is not removed at all",
        named({"web:1"}, {"web" + digest}),
        "web" + digest,
        {"web:1"},
        true},
      {"a stranger's tag may go at any moment",
        named({"theirs:1"}, {"a" + digest}),
        "a" + digest,
        {"b" + digest},
        false},
      {"one holder would stay, the other would not find it any more",
        named({"web:1", "other:1"}, {"web" + digest}),
        "web:1",
        {"other:1", "web" + digest},
        false},
      {"what does not name it now is not asked for then",
        named({"web:1", "other:1"}, {"web" + digest}),
        "web:1",
        {"other:1", "moved:1"},
        true},
    };
    for (const auto& row : rows) {
      CAPTURE(row.name);
      CHECK(can_lose(row.image, row.removed, row.holders) == row.can_go);
    }
  }

  TEST_CASE("names: what a fetch puts on an image") {
    CHECK(brings("web:1", "docker.io/library/web:1"));
    CHECK(brings("web:1", "web" + digest));
    CHECK_FALSE(brings("web" + digest, "web:1"));
    CHECK_FALSE(brings("web" + digest, "other" + digest));
    CHECK_FALSE(brings("web:1", "web:2"));
    CHECK_FALSE(brings("x@y@z", "x@y@z"));
  }
}

} // namespace
} // namespace copal::planning
