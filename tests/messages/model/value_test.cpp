#include "messages/model/value.hpp"

#include "messages/model/secret.hpp"

#include <string>

#include <doctest/doctest.h>

namespace copal {
namespace {

TEST_SUITE("model") {
  TEST_CASE("value: it knows its kind, and gives its content only as that") {
    const struct {
      std::string name;
      value given;
      value::kind kind;
    } rows[] = {
      {"null", value{}, value::kind::null},
      {"a boolean", true, value::kind::boolean},
      {"an integer", 5, value::kind::integer},
      {"a number", 0.5, value::kind::real},
      {"text", "x", value::kind::text},
      {"a list", value::list({1}), value::kind::list},
      {"a map", value::map({{"a", 1}}), value::kind::map},
    };
    for (const auto& row : rows) {
      CAPTURE(row.name);
      CHECK((row.given.what() == row.kind));
      CHECK(std::string{to_string(row.given.what())} == row.name);
      CHECK((row.given.as_bool() != nullptr) == (row.kind == value::kind::boolean));
      CHECK((row.given.as_integer() != nullptr) == (row.kind == value::kind::integer));
      CHECK((row.given.as_real() != nullptr) == (row.kind == value::kind::real));
      CHECK((row.given.as_text() != nullptr) == (row.kind == value::kind::text));
      CHECK((row.given.as_list() != nullptr) == (row.kind == value::kind::list));
      CHECK((row.given.as_map() != nullptr) == (row.kind == value::kind::map));
    }
  }

  TEST_CASE("value: members are found by name; of two with one name the last counts") {
    const auto twice = value::map({{"a", 1}, {"b", 2}, {"a", 3}});
    REQUIRE(twice.find("a") != nullptr);
    CHECK(*twice.find("a")->as_integer() == 3);
    CHECK(twice.find("c") == nullptr);
    CHECK(value{5}.find("a") == nullptr);
    CHECK(value{}.find("a") == nullptr);
  }

  TEST_CASE("value: setting a member replaces it in its place, or adds it at the end") {
    value v;
    v.set("a", 1);
    v.set("b", 2);
    v.set("a", 3);
    CHECK(debug_string(v) == "{a: 3, b: 2}");
    value text{"x"};
    text.set("a", 1);
    CHECK(debug_string(text) == "\"x\"");
  }

  TEST_CASE("value: lines tell where, and have no part in equality") {
    value a{"x"};
    value b{"x"};
    CHECK(a.line() == 0);
    CHECK(b.at_line(7).line() == 7);
    CHECK((a == b));
    CHECK_FALSE((value{1} == value{"1"}));
    CHECK_FALSE((value{1} == value{1.0}));
    CHECK_FALSE((value{0} == value{false}));
    CHECK_FALSE((value{} == value::map({})));
  }

  TEST_CASE("value: the outline of a document holds none of its values") {
    const struct {
      value given;
      std::string outline, all;
    } rows[] = {
      {value::map({{"key", "s3cret"}}), "a map of 1", "{key: \"s3cret\"}"},
      {value::list({1, 2.5, true, value{}}), "a list of 4", "[1, 2.5, true, null]"},
      {value::list({}), "a list of 0", "[]"},
      {value::map({}), "a map of 0", "{}"},
      {"s3cret", "text", "\"s3cret\""},
    };
    for (const auto& row : rows) {
      CAPTURE(row.all);
      CHECK(to_string(row.given) == row.outline);
      CHECK(debug_string(row.given) == row.all);
    }
  }

  TEST_CASE("secret: it prints as stars and is revealed only on demand") {
    const secret key{"s3cret"};
    CHECK(to_string(key) == "***");
    CHECK(key.reveal() == "s3cret");
    CHECK((key == secret{"s3cret"}));
    CHECK_FALSE((key == secret{"other"}));
    CHECK(secret{}.empty());
  }
}

} // namespace
} // namespace copal
