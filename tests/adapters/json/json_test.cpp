#include "adapters/json/json.hpp"

#include <limits>
#include <string>

#include <doctest/doctest.h>

namespace copal::test {
namespace {

/// The tree with the line of every node: `{a: "x"@2}@1`.
std::string with_lines(const value& v) {
  std::string out;
  if (const auto* items = v.as_list()) {
    for (const auto& item : *items)
      out += (out.empty() ? "" : ", ") + with_lines(item);
    out = "[" + out + "]";
  } else if (const auto* members = v.as_map()) {
    for (const auto& m : *members)
      out += (out.empty() ? "" : ", ") + m.key + ": " + with_lines(m.val);
    out = "{" + out + "}";
  } else {
    out = debug_string(v);
  }
  return out + "@" + std::to_string(v.line());
}

std::string parsed(std::string_view text, const json::limits& bound = {}) {
  const auto v = json::parse(text, bound);
  return v ? debug_string(*v) : to_string(v.error().code) + ": " + v.error().what;
}

TEST_SUITE("json") {
  TEST_CASE("json: every kind of value is read as itself") {
    const struct {
      const char* name;
      const char* text;
      value expected;
    } rows[] = {
      {"null", "null", {}},
      {"true", "true", true},
      {"false", " false ", false},
      {"integer", "-7", -7},
      {"real that is whole", "1.0", 1.0},
      {"real with exponent", "1e2", 100.0},
      {"largest integer", "9223372036854775807", std::numeric_limits<std::int64_t>::max()},
      {"smallest integer", "-9223372036854775808", std::numeric_limits<std::int64_t>::min()},
      {"integer that 64 bits cannot hold", "9223372036854775808", 9223372036854775808.0},
      {"text", R"("a\n\u00e9\u0000b")", std::string("a\n\xc3\xa9\0b", 6)},
      {"empty list", "[]", value::list({})},
      {"empty map", "{}", value::map({})},
      {"nested",
        R"({"a":[1,{"b":null}]})",
        value::map({{"a", value::list({1, value::map({{"b", {}}})})}})},
      {"order is kept", R"({"z":1,"a":2})", value::map({{"z", 1}, {"a", 2}})},
      {"last of equal keys wins, in the first's place",
        R"({"a":1,"b":2,"a":3,"a":4})",
        value::map({{"a", 4}, {"b", 2}})},
      {"byte order mark", "\xEF\xBB\xBF[1]", value::list({1})},
    };
    for (const auto& row : rows) {
      CAPTURE(row.name);
      const auto got = json::parse(row.text);
      REQUIRE(got);
      CHECK(debug_string(*got) == debug_string(row.expected));
      CHECK(*got == row.expected);
    }
  }

  TEST_CASE("json: each node knows the line it began on") {
    const struct {
      const char* name;
      const char* text;
      const char* expected;
    } rows[] = {
      {"one line", R"({"a":[1,"x"]})", R"({a: [1@1, "x"@1]@1}@1)"},
      {"number before a line's end", "[\n1\n,\n2\n]", "[1@2, 2@4]@1"},
      {"literals", "[true,\nfalse,\n\nnull]", "[true@1, false@2, null@4]@1"},
      {"container begins at its bracket", "\n{\"a\":\n{\n\"b\": [\n]}}", "{a: {b: []@4}@3}@2"},
      {"carriage returns", "[1,\r\n2\r\n]", "[1@1, 2@2]@1"},
      {"number at the end", "\n\n42", "42@3"},
    };
    for (const auto& row : rows) {
      CAPTURE(row.name);
      const auto got = json::parse(row.text);
      REQUIRE(got);
      CHECK(with_lines(*got) == row.expected);
    }
  }

  TEST_CASE("json: a broken text is refused with its line and column and without its content") {
    const struct {
      const char* name;
      std::string text;
      std::string expected;
    } rows[] = {
      {"empty", "", "line 1, column 0: "},
      {"ends early", "{\"a\":", "line 1, column 5: "},
      {"stray comma", "{\n  \"a\": 1,\n}", "line 3, column 1: "},
      {"two values", "1 2", "line 1, column 3: "},
      {"raw line end in a text", "[\"a\nb\"]", "line 1, column 4: "},
      {"not UTF-8", "[\"\xff\"]", "line 1, column 3: "},
      {"bad escape", R"(["\q"])", "line 1, column 4: "},
      {"comment", "[1] // x", "line 1, column 5: "},
      {"NaN", "[NaN]", "line 1, column 2: "},
      {"number without end", "[1e999]", "line 1, column 7: a number is too large"},
      {"a secret", R"({"key":"hunter2" "b"})", "line 1, column 20: "},
      {"a secret without quotes", R"({"key": nhunter2})", "line 1, column 10: "},
    };
    for (const auto& row : rows) {
      CAPTURE(row.name);
      const auto got = json::parse(row.text);
      REQUIRE(!got);
      CHECK(got.error().code == errc::invalid_input);
      CAPTURE(got.error().what);
      CHECK(got.error().what.substr(0, row.expected.size()) == row.expected);
      CHECK(got.error().what.find("hunter2") == std::string::npos);
    }
  }

  TEST_CASE("json: size, depth and number of values are bounded") {
    CHECK(parsed("[[[1]]]", {.max_depth = 3}) == "[[[1]]]");
    CHECK(parsed("[[[[]]]]", {.max_depth = 3})
          == "exhausted: line 1, column 4: nested deeper than 3 levels");
    CHECK(
      parsed("[1,\n2,3]", {.max_nodes = 3}) == "exhausted: line 2, column 4: more than 3 values");
    CHECK(parsed("[1,2]", {.max_bytes = 4}) == "exhausted: line 1, column 1: longer than 4 bytes");
    CHECK(parsed(std::string(1'000'000, '[')).find("nested deeper than 64") != std::string::npos);
  }

  TEST_CASE("json: what is written reads back as the same tree") {
    const auto tree = value::map({{"null", {}},
      {"yes", true},
      {"whole real", 3.0},
      {"real", 0.1},
      {"huge", 1e300},
      {"integer", std::numeric_limits<std::int64_t>::min()},
      {"text", std::string("quote \" slash \\ line\n \0 \xf0\x9f\x98\x80", 28)},
      {"list", value::list({1, value::list({}), value::map({})})},
      {"", "empty key"}});
    const auto text = json::write(tree);
    REQUIRE(text);
    CHECK(text->find('\n') == std::string::npos);
    const auto again = json::parse(*text);
    REQUIRE(again);
    CHECK(*again == tree);
    CHECK(again->find("whole real")->is(value::kind::real));
  }

  TEST_CASE("json: what JSON cannot say is refused when it is written") {
    auto late = value::list({value{std::numeric_limits<double>::infinity()}.at_line(7)});
    CHECK(
      json::write(late).error() == error{errc::invalid_input, "line 7: a number is not finite"});
    CHECK(json::write(value{"\xff"}).error() == error{errc::invalid_input, "a text is not UTF-8"});
    CHECK(json::write(value::map({{"\xff", 1}})).error().code == errc::invalid_input);
  }
}

} // namespace
} // namespace copal::test
