#include "messages/result.hpp"

#include <string>

#include <doctest/doctest.h>

namespace copal {
namespace {

result<int> half(int n) {
  if (n % 2 != 0)
    return fail(errc::invalid_input, std::to_string(n) + " is odd");
  return n / 2;
}

TEST_SUITE("result") {
  TEST_CASE("error: its text is what happened, or else the name of its code") {
    const struct {
      const char* name;
      error given;
      std::string text;
    } rows[] = {
      {"told", {errc::not_found, "no image web:2"}, "no image web:2"},
      {"untold invalid input", {errc::invalid_input, ""}, "invalid input"},
      {"untold not found", {errc::not_found, ""}, "not found"},
      {"untold unavailable", {errc::unavailable, ""}, "unavailable"},
      {"untold timeout", {errc::timeout, ""}, "timeout"},
      {"untold conflict", {errc::conflict, ""}, "conflict"},
      {"untold corrupt", {errc::corrupt, ""}, "corrupt"},
      {"untold exhausted", {errc::exhausted, ""}, "exhausted"},
      {"untold bug", {errc::internal, ""}, "internal error"},
      {"code from nowhere", {static_cast<errc>(0), ""}, "unknown error"},
    };
    for (const auto& row : rows) {
      CAPTURE(row.name);
      CHECK(to_string(row.given) == row.text);
    }
  }

  TEST_CASE("error: context is put in front, level by level, and the code stays") {
    const error inner{errc::timeout, "no answer in 5 s"};
    CHECK(inner.with_context("pulling web").with_context("applying release 7")
          == error{errc::timeout, "applying release 7: pulling web: no answer in 5 s"});
  }

  TEST_CASE("result: a chain runs on while it succeeds and stops at the first error") {
    const struct {
      const char* name;
      int given;
      result<int> expected;
    } rows[] = {
      {"both steps succeed", 12, 3},
      {"the second fails", 6, fail(errc::invalid_input, "3 is odd")},
      {"the first fails", 5, fail(errc::invalid_input, "5 is odd")},
    };
    for (const auto& row : rows) {
      CAPTURE(row.name);
      CHECK((half(row.given).and_then(half) == row.expected));
    }
  }
}

} // namespace
} // namespace copal
