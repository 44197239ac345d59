#include "adapters/engine/registry_login.hpp"

#include "messages/model/base64.hpp"

#include <string>

#include <doctest/doctest.h>

namespace copal::test {
namespace {

/// The content of the header, or the error.
std::string header(const std::string& image) {
  const registry_logins logins{
    {"docker.io", {"hub", secret{"h"}}},
    {"r.example:5000", {"anna", secret{"se\"sam"}}},
    {"broken.example", {"\xff", secret{"x"}}},
  };
  const auto got = engine_wire::authorization_for(logins, image);
  if (!got)
    return got.error().what;
  return *from_base64(got->reveal());
}

TEST_SUITE("registry login") {

  TEST_CASE("login: goes to the registry of the image, and to no other") {
    const struct {
      const char* image;
      const char* expected;
    } rows[] = {
      {"r.example:5000/a/b:1",
        R"({"password":"se\"sam","serveraddress":"r.example:5000","username":"anna"})"},
      {"r.example/a/b:1", ""},
      {"other.example:5000/a:1", ""},
      {"busybox:1", R"({"password":"h","serveraddress":"docker.io","username":"hub"})"},
      {"broken.example/a:1", "the login for broken.example is not UTF-8"},
    };
    for (const auto& row : rows) {
      CAPTURE(row.image);
      CHECK(header(row.image) == row.expected);
    }
  }
}

} // namespace
} // namespace copal::test
