#include "actors/planning/normalise/reading.hpp"

#include "tests/actors/planning/documents.hpp"

#include <string>

#include <doctest/doctest.h>

namespace copal::planning {
namespace {

TEST_SUITE("planning: reading") {
  TEST_CASE("reading: of a key that stands twice the last value counts, in its place") {
    const value doc{value::map_type{{"a", 1}, {"b", 2}, {"a", 3}, {"c", 4}, {"b", 5}}};
    findings found;
    std::string out;
    for (const auto& [name, val] : node{doc, found}.members())
      out += name + std::to_string(val.integer()) + ' ';
    CHECK(out == "a3 c4 b5 ");
  }

  TEST_CASE("reading: a map of very many members takes no longer than it is long") {
    constexpr int many = 300'000;
    value::map_type variables;
    for (int i = 0; i < many; ++i)
      variables.push_back({"V" + std::to_string(i), "x"});
    const auto document =
      documents::cloud(value::map({{"environment", value{std::move(variables)}}}));
    CHECK(documents::container_of(document).env.size() > many);
  }
}

} // namespace
} // namespace copal::planning
