#include "adapters/store/document.hpp"

#include <string>

#include <doctest/doctest.h>

namespace copal::test {
namespace {

bool same_with_lines(const value& a, const value& b) {
  if (a.what() != b.what() || a.line() != b.line())
    return false;
  if (const auto* items = a.as_list()) {
    if (items->size() != b.as_list()->size())
      return false;
    for (std::size_t i = 0; i < items->size(); ++i)
      if (!same_with_lines((*items)[i], (*b.as_list())[i]))
        return false;
    return true;
  }
  if (const auto* members = a.as_map()) {
    if (members->size() != b.as_map()->size())
      return false;
    for (std::size_t i = 0; i < members->size(); ++i)
      if ((*members)[i].key != (*b.as_map())[i].key
          || !same_with_lines((*members)[i].val, (*b.as_map())[i].val))
        return false;
    return true;
  }
  return a == b;
}

value on(int line, value v) {
  return v.at_line(line);
}

TEST_SUITE("store") {
  TEST_CASE("document: lines are kept folded, and come back") {
    const struct {
      const char* name;
      value doc;
      const char* lines;
    } rows[] = {
      {"a scalar without a line", value{1}, "0"},
      {"a scalar", on(7, value{"x"}), "7"},
      {"one line",
        on(1, value::list({on(1, value{1}), on(1, value{2}), on(1, value{3})})),
        "1 0*3"},
      {"a line each",
        on(1, value::list({on(2, value{1}), on(3, value{2}), on(4, value{3})})),
        "1*4"},
      {"back, as an alias leads", on(9, value::list({on(2, value{1}), on(9, value{2})})), "9 -7 7"},
      {"nested", on(1, value::map({{"a", on(2, value::map({{"b", on(4, value{})}}))}})), "1*2 2"},
      {"empty ones", value::list({value::list({}), value::map({})}), "0*3"},
    };
    for (const auto& row : rows) {
      CAPTURE(row.name);
      const auto kept = store::keep(row.doc);
      REQUIRE(kept);
      CHECK(kept->lines == row.lines);
      const auto back = store::restore(*kept);
      REQUIRE(back);
      CHECK(same_with_lines(*back, row.doc));
    }
  }

  TEST_CASE("document: damage in the text or the lines is found") {
    const struct {
      const char* name;
      const char* text;
      const char* lines;
    } rows[] = {
      {"no text", "", "0"},
      {"cut text", "[1,2", "1 0*2"},
      {"no lines", "[1,2]", ""},
      {"too few lines", "[1,2]", "1*2"},
      {"too many lines", "[1,2]", "1*4"},
      {"a letter", "[1,2]", "1 x 1"},
      {"no count", "[1,2]", "1 0*"},
      {"a count of none", "[1,2]", "1 0*0 1*2"},
      {"two blanks", "[1,2]", "1  1 1"},
      {"a line below zero", "[1,2]", "1 -2 1"},
      {"a run below zero", "[1,2]", "1 -1*2"},
      {"a run out of range", "[1,2]", "1 16777216*99"},
      {"a number out of range", "[1,2]", "99999999999 0*2"},
      {"a blank at the end", "[1,2]", "1*3 "},
    };
    for (const auto& row : rows) {
      CAPTURE(row.name);
      const auto back = store::restore({row.text, row.lines});
      REQUIRE(!back);
      CHECK(back.error().code == errc::corrupt);
    }
  }
}

} // namespace
} // namespace copal::test
