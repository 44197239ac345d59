#include "adapters/registry/wire.hpp"

#include <doctest/doctest.h>

namespace copal::registry {
namespace {

const std::string digest_a = "sha256:" + std::string(64, 'a');
const std::string digest_b = "sha256:" + std::string(64, 'b');
const std::string digest_c = "sha256:" + std::string(64, 'c');

std::string quoted(const std::string& x) {
  return '"' + x + '"';
}

TEST_SUITE("registry: wire") {
  TEST_CASE("wire: where an image is") {
    const struct {
      std::string image;
      place expected;
    } rows[] = {
      {"busybox:1", {"registry-1.docker.io", "library/busybox", "1", "docker.io"}},
      {"a/b", {"registry-1.docker.io", "a/b", "latest", "docker.io"}},
      {"docker.io/busybox:1", {"registry-1.docker.io", "library/busybox", "1", "docker.io"}},
      {"127.0.0.1:5000/test/base:1", {"127.0.0.1:5000", "test/base", "1", "127.0.0.1:5000"}},
      {"r.io/x:1@" + digest_a, {"r.io", "x", digest_a, "r.io"}},
    };
    for (const auto& row : rows) {
      CAPTURE(row.image);
      const auto found = place_of(row.image);
      REQUIRE(found);
      CHECK(*found == row.expected);
    }
    for (const auto* bad : {"", "r.io/a b:1", "r.io/../x:1", "r.io/a?x:1", "r.io/a@sha256:zz"}) {
      CAPTURE(bad);
      CHECK(place_of(bad).error().code == errc::invalid_input);
    }
  }

  TEST_CASE("wire: who may be asked without TLS") {
    const std::vector<std::string> held{"old.example:5000", "older.example"};
    for (const auto* host : {"localhost",
           "localhost:5000",
           "127.0.0.1:5000",
           "127.9.9.9",
           "old.example:5000",
           "older.example:80"})
      CHECK_MESSAGE(is_insecure(host, held), host);
    for (const auto* host :
      {"r.io", "127.0.0.1.evil.example", "localhost.evil.example:5000", "old.example", "128.0.0.1"})
      CHECK_FALSE_MESSAGE(is_insecure(host, held), host);
  }

  TEST_CASE("wire: manifests of both kinds") {
    const auto text = R"({"schemaVersion":2,"config":{"digest":)" + quoted(digest_a)
                      + R"(,"size":7},"layers":[{"digest":)" + quoted(digest_b)
                      + R"(,"size":100},{"digest":)" + quoted(digest_c) + R"(,"size":5}]})";
    const auto read = read_manifest(text);
    REQUIRE(read);
    const auto* manifest = std::get_if<image_manifest>(&*read);
    REQUIRE(manifest != nullptr);
    CHECK(manifest->config.digest == digest_a);
    const auto joined = join(digest_c, *manifest, {"sha256:x", "sha256:y"});
    REQUIRE(joined);
    CHECK(*joined
          == remote_image{
            digest_c, digest_a, {{digest_b, "sha256:x", 100}, {digest_c, "sha256:y", 5}}});
    CHECK(join(digest_c, *manifest, {"sha256:x"}).error().code == errc::corrupt);
  }

  TEST_CASE("wire: what is no manifest") {
    for (const std::string text : {"",
           "[]",
           "{}",
           "not json",
           R"({"schemaVersion":1,"fsLayers":[]})",
           R"({"config":{"digest":"x","size":1},"layers":[]})",
           R"({"config":7,"layers":[]})",
           R"({"manifests":{}})",
           R"({"manifests":[{"digest":"sha256:../../x","size":1}]})"}) {
      CAPTURE(text);
      CHECK(read_manifest(text).error().code == errc::corrupt);
    }
    const auto negative = R"({"manifests":[{"digest":)" + quoted(digest_a) + R"(,"size":-1}]})";
    CHECK(read_manifest(negative).error().code == errc::corrupt);
  }

  TEST_CASE("wire: the manifest for the machine") {
    const descriptor amd{digest_a, 1, {"linux", "amd64", ""}};
    const descriptor v6{digest_b, 1, {"linux", "arm", "v6"}};
    const descriptor v7{digest_c, 1, {"linux", "arm", "v7"}};
    const descriptor arm64{"sha256:8", 1, {"linux", "arm64", "v8"}};
    const descriptor other{"sha256:w", 1, {"windows", "amd64", ""}};
    const descriptor unknown{"sha256:u", 1, {"unknown", "unknown", ""}};
    const struct {
      std::string name;
      std::vector<descriptor> there;
      platform runs_on;
      std::string expected;
    } rows[] = {
      {"the same", {unknown, other, v7, amd}, {"linux", "amd64", ""}, digest_a},
      {"the same variant", {v6, v7}, {"linux", "arm", "v7"}, digest_c},
      {"the nearest below", {v6, amd}, {"linux", "arm", "v7"}, digest_b},
      {"none above", {v7}, {"linux", "arm", "v6"}, ""},
      {"arm64 has one variant", {amd, arm64}, {"linux", "arm64", ""}, "sha256:8"},
      {"none", {unknown, other}, {"linux", "amd64", ""}, ""},
    };
    for (const auto& row : rows) {
      CAPTURE(row.name);
      const auto chosen = choose({row.there}, row.runs_on);
      CHECK((chosen ? chosen->digest : "") == row.expected);
    }
    CHECK(choose({{other}}, {"linux", "arm", "v7"}).error().what
          == "the image is not made for linux/arm/v7");
  }

  TEST_CASE("wire: the layers of a configuration") {
    const auto read = read_config(R"({"rootfs":{"type":"layers","diff_ids":[)" + quoted(digest_a)
                                  + ',' + quoted(digest_b) + "]}}");
    REQUIRE(read);
    CHECK(*read == std::vector<std::string>{digest_a, digest_b});
    for (const std::string text : {"{}",
           R"({"rootfs":{}})",
           R"({"rootfs":{"diff_ids":[7]}})",
           R"({"rootfs":{"diff_ids":["x"]}})"})
      CHECK(read_config(text).error().code == errc::corrupt);
  }

  TEST_CASE("wire: how a registry wants to know who asks") {
    using kind = challenge::kind;
    const auto bearer = read_challenge(
      R"(Bearer realm="https://auth.io/token",service="r.io",scope="repository:a/b:pull,push",x=1)");
    REQUIRE(bearer);
    CHECK(*bearer
          == challenge{kind::bearer, "https://auth.io/token", "r.io", "repository:a/b:pull,push"});
    CHECK(token_url(*bearer)
          == "https://auth.io/token?service=r.io&scope=repository%3Aa%2Fb%3Apull%2Cpush");
    CHECK(token_url({kind::bearer, "https://a/t?x=1", "s", ""}) == "https://a/t?x=1&service=s");
    CHECK(read_challenge(R"(Basic realm="a \"b\"")")->realm == "a \"b\"");
    CHECK(read_challenge("basic")->how == kind::basic);
    for (const auto* none : {"", "  ", "Digest realm=\"x\"", "Bearer", "Bearer service=\"x\""})
      CHECK_FALSE(read_challenge(none));
  }

  TEST_CASE("wire: tokens") {
    CHECK(read_token(R"({"token":"abc","access_token":"def"})")->reveal() == "abc");
    CHECK(read_token(R"({"access_token":"def"})")->reveal() == "def");
    for (const std::string text :
      {"", "{}", R"({"token":""})", R"({"token":"a\r\nX-Evil: 1"})", R"({"token":7})"}) {
      const auto none = read_token(text);
      REQUIRE_FALSE(none);
      CHECK(none.error().code == errc::corrupt);
      CHECK(none.error().what.find("Evil") == std::string::npos);
    }
  }
}

} // namespace
} // namespace copal::registry
