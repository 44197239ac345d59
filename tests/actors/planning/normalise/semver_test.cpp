#include "actors/planning/normalise/semver.hpp"

#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace copal::planning {
namespace {

std::string parsed(std::string_view text) {
  const auto found = semantic_version::parse(text);
  return found ? to_string(*found) : "none";
}

/// Which of these versions a range holds, in a row.
std::string held(std::string_view range, const std::vector<std::string>& versions) {
  const auto found = version_range::parse(range);
  if (!found)
    return "no range";
  std::string out;
  for (const auto& text : versions) {
    if (found->holds(semantic_version::parse(text).value()))
      out += (out.empty() ? "" : " ") + text;
  }
  return out;
}

TEST_SUITE("planning: semver") {
  TEST_CASE("semver: versions as boards and operating systems write them") {
    const struct {
      std::string given;
      std::string read;
    } rows[] = {
      {"1.2.3", "1.2.3"},
      {" v1.2.3 ", "1.2.3"},
      {"2.98.12+rev1", "2.98.12"},
      {"6.0.10-rc.1+rev2", "6.0.10-rc.1"},
      {"1.2.3-a-b", "1.2.3-a-b"},
      {"32.2", "32.2.0"},
      {"12", "12.0.0"},
      {"2021.07.01", "2021.7.1"},
      {"20.04-beta", "20.4.0"},
      {"999999999999999999.0.0", "999999999999999999.0.0"},
      {"9999999999999999999.0.0", "none"},
      {"1.2.3.4", "none"},
      {"1.2.3-", "none"},
      {"1.2.3-a..b", "none"},
      {"1.2.3-a_b", "none"},
      {"1.x", "none"},
      {"1..2", "none"},
      {"1.2.", "none"},
      {"-1", "none"},
      {"v", "none"},
      {"", "none"},
      {"bookworm", "none"},
      {"12 (bookworm)", "none"},
    };
    for (const auto& row : rows) {
      CAPTURE(row.given);
      CHECK(parsed(row.given) == row.read);
    }
  }

  TEST_CASE("semver: the order of versions, prereleases first") {
    const std::vector<std::string> in_order{"0.0.1",
      "0.9.9",
      "1.0.0-0",
      "1.0.0-2",
      "1.0.0-11",
      "1.0.0-alpha",
      "1.0.0-alpha.1",
      "1.0.0-alpha.beta",
      "1.0.0-beta",
      "1.0.0-rc.1",
      "1.0.0",
      "1.0.1",
      "1.2.0",
      "1.10.0",
      "10.0.0"};
    for (std::size_t i = 0; i < in_order.size(); ++i) {
      for (std::size_t j = 0; j < in_order.size(); ++j) {
        CAPTURE(in_order[i]);
        CAPTURE(in_order[j]);
        const auto a = semantic_version::parse(in_order[i]).value();
        const auto b = semantic_version::parse(in_order[j]).value();
        CHECK((a < b) == (i < j));
        CHECK((a == b) == (i == j));
      }
    }
    CHECK((semantic_version::parse("1.2.3+rev1") == semantic_version::parse("1.2.3+rev2")));
  }

  TEST_CASE("semver: what each form of a range holds") {
    const std::vector<std::string> versions{"0.0.3",
      "0.0.4",
      "0.2.3",
      "0.3.0",
      "1.2.2",
      "1.2.3-rc",
      "1.2.3",
      "1.2.9",
      "1.3.0-rc",
      "1.3.0",
      "1.9.0",
      "2.0.0-rc",
      "2.0.0",
      "3.1.0"};
    const struct {
      std::string range;
      std::string holds;
    } rows[] = {
      {"1.2.3", "1.2.3"},
      {"=1.2.3", "1.2.3"},
      {"= v1.2.3+rev4", "1.2.3"},
      {">1.2.3", "1.2.9 1.3.0-rc 1.3.0 1.9.0 2.0.0-rc 2.0.0 3.1.0"},
      {">= 1.9.0", "1.9.0 2.0.0-rc 2.0.0 3.1.0"},
      {"<0.2.3", "0.0.3 0.0.4"},
      {"<=0.2.3", "0.0.3 0.0.4 0.2.3"},
      {">=1.2.3 <1.3", "1.2.3 1.2.9"},
      {">1.2", "1.3.0-rc 1.3.0 1.9.0 2.0.0-rc 2.0.0 3.1.0"},
      {">1", "2.0.0-rc 2.0.0 3.1.0"},
      {">=2", "2.0.0-rc 2.0.0 3.1.0"},
      {"<=0.0", "0.0.3 0.0.4"},
      {"<0.2", "0.0.3 0.0.4"},
      {"^1.2.3", "1.2.3 1.2.9 1.3.0-rc 1.3.0 1.9.0"},
      {"^1.2.3-rc", "1.2.3-rc 1.2.3 1.2.9 1.3.0-rc 1.3.0 1.9.0"},
      {"^0.2.3", "0.2.3"},
      {"^0.0.3", "0.0.3"},
      {"^0.0", "0.0.3 0.0.4"},
      {"^0", "0.0.3 0.0.4 0.2.3 0.3.0"},
      {"^2", "2.0.0-rc 2.0.0"},
      {"~1.2.3", "1.2.3 1.2.9"},
      {"~> 1.2.3", "1.2.3 1.2.9"},
      {"~1.2", "1.2.2 1.2.3-rc 1.2.3 1.2.9"},
      {"~0", "0.0.3 0.0.4 0.2.3 0.3.0"},
      {"1.2.x", "1.2.2 1.2.3-rc 1.2.3 1.2.9"},
      {"1.2.*", "1.2.2 1.2.3-rc 1.2.3 1.2.9"},
      {"2", "2.0.0-rc 2.0.0"},
      {"2.X.X", "2.0.0-rc 2.0.0"},
      {"1.2.3 - 1.9", "1.2.3 1.2.9 1.3.0-rc 1.3.0 1.9.0"},
      {"1.3 - 2.0.0", "1.3.0-rc 1.3.0 1.9.0 2.0.0-rc 2.0.0"},
      {"0.0.3 || 3.x", "0.0.3 3.1.0"},
      {"^0.0.3||>=2.0.0", "0.0.3 2.0.0 3.1.0"},
      {"<x", ""},
      {">*", ""},
    };
    for (const auto& row : rows) {
      CAPTURE(row.range);
      CHECK(held(row.range, versions) == row.holds);
    }
    for (const auto* any : {"", " ", "*", "x", "^*", "~x", ">=x", "<=*", "1.2.3 ||"}) {
      CAPTURE(any);
      CHECK(held(any, {"0.0.0-a", "9.9.9"}) == "0.0.0-a 9.9.9");
    }
  }

  TEST_CASE("semver: what is no range") {
    for (const auto* text :
      {">=", "abc", "1.2.3.4", ">=1 bookworm", "1 - ", "1 - b", "1 || b", "&"}) {
      CAPTURE(text);
      CHECK(held(text, {}) == "no range");
    }
  }
}

} // namespace
} // namespace copal::planning
