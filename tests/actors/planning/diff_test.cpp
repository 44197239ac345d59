#include "actors/planning/diff.hpp"

#include <string>

#include <doctest/doctest.h>

namespace copal::planning {
namespace {

const auto map = [](std::initializer_list<value_member> members) { return value::map(members); };

TEST_SUITE("planning") {
  TEST_CASE("diff: the members that are new or differ, whole below the depth") {
    const auto before = map({{"a", 1}, {"b", map({{"c", 2}})}});
    const auto after = map({{"a", 1}, {"b", map({{"c", 2}, {"d", 3}})}});
    const struct {
      std::string name;
      value before, after;
      int depth;
      value expected;
    } rows[] = {
      {"depth 1: the member stands whole",
        before,
        after,
        1,
        map({{"b", map({{"c", 2}, {"d", 3}})}})},
      {"depth 2: only what is new in it", before, after, 2, map({{"b", map({{"d", 3}})}})},
      {"depth 0: all of it", before, after, 0, after},
      {"equal", after, after, 2, map({})},
      {"only the order of keys differs",
        map({{"a", 1}, {"b", 2}}),
        map({{"b", 2}, {"a", 1}}),
        2,
        map({})},
      {"what is gone is not told", after, before, 1, map({{"b", map({{"c", 2}})}})},
      {"a list differs whole",
        map({{"l", value::list({1, 2})}}),
        map({{"l", value::list({1})}}),
        5,
        map({{"l", value::list({1})}})},
      {"a map becomes a number", map({{"a", map({})}}), map({{"a", 1}}), 5, map({{"a", 1}})},
      {"no maps", 1, 2, 1, 2},
    };
    for (const auto& row : rows) {
      CAPTURE(row.name);
      CHECK(debug_string(diff(row.before, row.after, row.depth)) == debug_string(row.expected));
    }
  }

  TEST_CASE("prune: maps that are empty, or become so, go; everything else stays") {
    const struct {
      std::string name;
      value given, expected;
    } rows[] = {
      {"an empty map goes", map({{"a", map({})}, {"b", 1}}), map({{"b", 1}})},
      {"a map of empty maps goes", map({{"a", map({{"b", map({})}})}, {"c", 1}}), map({{"c", 1}})},
      {"an empty list, zero, null and an empty text stay",
        map({{"l", value::list({})}, {"n", 0}, {"z", value{}}, {"t", ""}}),
        map({{"l", value::list({})}, {"n", 0}, {"z", value{}}, {"t", ""}})},
      {"no map", 5, 5},
    };
    for (const auto& row : rows) {
      CAPTURE(row.name);
      CHECK(debug_string(prune(row.given)) == debug_string(row.expected));
    }
  }
}

} // namespace
} // namespace copal::planning
