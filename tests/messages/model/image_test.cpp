#include "messages/model/image.hpp"

#include <string>

#include <doctest/doctest.h>

namespace copal {
namespace {

const std::string hex(64, 'a');

std::string normalised(const std::string& text) {
  const auto made = image_reference::parse(text);
  return made ? to_string(*made) : "refused: " + made.error().what;
}

TEST_SUITE("model") {
  TEST_CASE("image names: a digest replaces the tag, and without both the tag is latest") {
    const struct {
      std::string given, expected;
    } rows[] = {
      {"alpine", "alpine:latest"},
      {"alpine:3.18", "alpine:3.18"},
      {"library/alpine", "library/alpine:latest"},
      {"ghcr.io/o/r:1", "ghcr.io/o/r:1"},
      {"localhost/r", "localhost/r:latest"},
      {"localhost:5000/r", "localhost:5000/r:latest"},
      {"127.0.0.1:5000/v2/r:t", "127.0.0.1:5000/v2/r:t"},
      {"r@sha256:" + hex, "r@sha256:" + hex},
      {"r:1@sha256:" + hex, "r@sha256:" + hex},
      {"reg.example/v2/" + hex + "@sha256:" + hex, "reg.example/v2/" + hex + "@sha256:" + hex},
    };
    for (const auto& row : rows) {
      CAPTURE(row.given);
      CHECK(normalised(row.given) == row.expected);
      CHECK(normalised(row.expected) == row.expected);
    }
  }

  TEST_CASE("image names: what is none is refused with the reason") {
    const auto told = [](const std::string& name, const std::string& why) {
      return "refused: image name '" + name + "': " + why
             + "; expected [registry/]repository[:tag][@digest]";
    };
    const std::string digest =
      "the part after '@' is not a digest like sha256:<at least 32 hex digits>";
    const struct {
      std::string given, why;
    } rows[] = {
      {"", "it names no repository"},
      {":1", "it names no repository"},
      {"reg.example/", "it names no repository"},
      {"/r", "it names no repository"},
      {"r:", "the tag is malformed"},
      {"x/r:a/b", "the tag is malformed"},
      {"r@sha256:abc", digest},
      {"r@" + hex, digest},
      {"r@:" + hex, digest},
      {"r@sha256:" + std::string(64, 'x'), digest},
      {"a b", "it holds white space"},
      {"a\n", "it holds white space"},
    };
    for (const auto& row : rows) {
      CAPTURE(row.given);
      CHECK(normalised(row.given) == told(row.given, row.why));
    }
  }

  TEST_CASE("image names: the same image has the same name, or the same digest anywhere") {
    const std::string digest = "@sha256:" + hex;
    const struct {
      std::string a, b;
      bool same;
    } rows[] = {
      {"web", "web:latest", true},
      {"web:1", "web:2", false},
      {"a.example/web:1", "b.example/web:1", false},
      {"a.example/web" + digest, "b.example/other" + digest, true},
      {"web" + digest, "web@sha256:" + std::string(64, 'b'), false},
      {"web", "web" + digest, false},
    };
    for (const auto& row : rows) {
      CAPTURE(row.a);
      CAPTURE(row.b);
      CHECK(same_image(*image_reference::parse(row.a), *image_reference::parse(row.b)) == row.same);
      CHECK(same_image(*image_reference::parse(row.b), *image_reference::parse(row.a)) == row.same);
    }
  }
}

} // namespace
} // namespace copal
