#include "adapters/host/space.hpp"

#include "tests/support/temp_folder.hpp"

#include <filesystem>

#include <doctest/doctest.h>

namespace copal::host {
namespace {

TEST_SUITE("host: space") {
  TEST_CASE("space: of the file system that holds a path of the host") {
    const test::temp_folder root;
    std::filesystem::create_directories(root.path() / "var/lib/docker");
    const auto found = look_for_space(root.path(), "/var/lib/docker");
    REQUIRE(found);
    CHECK(found->bytes > 0);
    CHECK(found->bytes <= static_cast<std::int64_t>(std::filesystem::space(root.path()).capacity));
  }

  TEST_CASE("space: what is not seen here is not known, and the error names it") {
    const test::temp_folder root;
    const auto missing = look_for_space(root.path(), "/var/lib/docker");
    REQUIRE_FALSE(missing);
    CHECK(missing.error().code == errc::unavailable);
    CHECK(
      missing.error().what.find((root.path() / "var/lib/docker").string()) != std::string::npos);
    CHECK(look_for_space(root.path(), "docker").error().code == errc::unavailable);
    CHECK(look_for_space(root.path(), "").error().code == errc::unavailable);
  }
}

} // namespace
} // namespace copal::host
