#include "adapters/yaml/yaml.hpp"

#include <string>

#include <doctest/doctest.h>

namespace copal::test {
namespace {

/// The value, or the error as a user sees it.
std::string read(std::string_view text, const yaml::limits& bound = {}) {
  const auto v = yaml::parse(text, "f", bound);
  return v ? debug_string(*v) : v.error().what;
}

TEST_SUITE("yaml") {
  TEST_CASE("yaml: scalars are what compose takes them for") {
    const struct {
      const char* text;
      value expected;
    } rows[] = {
      {"true", true},
      {"True", true},
      {"TRUE", true},
      {"false", false},
      {"tRUE", "tRUE"},
      {"yes", "yes"},
      {"no", "no"},
      {"on", "on"},
      {"Off", "Off"},
      {"y", "y"},
      {"~", {}},
      {"null", {}},
      {"Null", {}},
      {"NULL", {}},
      {"nUll", "nUll"},
      {"0", 0},
      {"42", 42},
      {"-7", -7},
      {"+7", 7},
      {"1_000", 1000},
      {"0x1F", 31},
      {"-0x10", -16},
      {"0o17", 15},
      {"0b101", 5},
      {"017", 15},
      {"0777", 511},
      {"08", 8.0},
      {"0x", "0x"},
      {"0xg", "0xg"},
      {"1x", "1x"},
      {"9223372036854775807", std::int64_t{9223372036854775807}},
      {"-9223372036854775808", std::int64_t{-9223372036854775807} - 1},
      {"9223372036854775808", 9223372036854775808.0},
      {"1.5", 1.5},
      {"-1.5e3", -1500.0},
      {"1.", 1.0},
      {".5", 0.5},
      {"1e3", 1000.0},
      {"+.5", 0.5},
      {"1.5.2", "1.5.2"},
      {".", "."},
      {"-", value::list({{}})},
      {"1e", "1e"},
      {"-.", "-."},
      {"22:22", "22:22"},
      {"127.0.0.1:80:80", "127.0.0.1:80:80"},
      {"2001-01-01", "2001-01-01"},
      {"12h", "12h"},
      {"64m", "64m"},
      {"1.2.3", "1.2.3"},
      {"v1", "v1"},
      {"_1", "_1"},
      {"\"true\"", "true"},
      {"'1'", "1"},
      {"\"\"", ""},
      {"'~'", "~"},
      {R"("a\tb\u00e9")", "a\tb\xc3\xa9"},
      {"!!str 1", "1"},
      {"!!str", {}},
      {"! 1", "1"},
      {"!!int \"7\"", 7},
      {"!!float 1", 1.0},
      {"!!bool true", true},
      {"!!null ~", {}},
      {"|\n  a\n  b\n", "a\nb\n"},
      {">-\n  a\n  b\n", "a b"},
      {"|+\n  a\n\n", "a\n\n"},
      {"a\n  b", "a b"},
      {"a # comment", "a"},
      {"a#b", "a#b"},
      {"", {}},
      {"# only\n", {}},
      {"--- a\n...\n", "a"},
      {"\xEF\xBB\xBF"
       "a",
        "a"},
      {"<<", "<<"},
    };
    for (const auto& row : rows) {
      CAPTURE(std::string{row.text});
      CHECK(read(row.text) == debug_string(row.expected));
    }
  }

  TEST_CASE("yaml: maps and lists keep their order, keys are text") {
    const struct {
      const char* name;
      const char* text;
      const char* expected;
    } rows[] = {
      {"block", "b: 1\na:\n  - x\n  - y: 2\n", "{b: 1, a: [\"x\", {y: 2}]}"},
      {"flow", "{b: [1, {c: d}], a: }", "{b: [1, {c: \"d\"}], a: null}"},
      {"list at the key's column", "a:\n- 1\n- 2\n", "{a: [1, 2]}"},
      {"left out values", "a:\nb:\n", "{a: null, b: null}"},
      {"left out in many ways",
        "a :\n\"b:\":\n? c\nd: # x\n\xc3\xa9:\ne: &x\n? f\n:\n",
        "{a: null, b:: null, c: null, d: null, \xc3\xa9: null, e: null, f: null}"},
      {"keys that look like something else",
        "1: a\ntrue: b\n1.0: c\n",
        R"({1: "a", true: "b", 1.0: "c"})"},
      {"empty containers", "a: {}\nb: []\n", "{a: {}, b: []}"},
      {"windows line ends", "a: 1\r\nb: 2\r\n", "{a: 1, b: 2}"},
      {"alias", "a: &x {k: 1}\nb: *x\n", "{a: {k: 1}, b: {k: 1}}"},
      {"alias of a scalar", "a: &x 1\nb: [*x, *x]\n", "{a: 1, b: [1, 1]}"},
      {"alias as a key", "a: &x k\nb: {*x : 1}\n", "{a: \"k\", b: {k: 1}}"},
      {"anchor set anew", "a: &x 1\nb: *x\nc: &x 2\nd: *x\n", "{a: 1, b: 1, c: 2, d: 2}"},
    };
    for (const auto& row : rows) {
      CAPTURE(std::string{row.name});
      CHECK(read(row.text) == row.expected);
    }
  }

  TEST_CASE("yaml: merge keys give what is not there, the first source wins") {
    const struct {
      const char* name;
      const char* text;
      const char* expected;
    } rows[] = {
      {"one", "x: &d {a: 1, b: 2}\ny:\n  b: 9\n  <<: *d\n", "{x: {a: 1, b: 2}, y: {b: 9, a: 1}}"},
      {"own keys win, wherever they stand",
        "x: &d {a: 1}\ny:\n  <<: *d\n  a: 2\n",
        "{x: {a: 1}, y: {a: 2}}"},
      {"merged keys stand where << stood",
        "x: &d {a: 1}\ny: {p: 0, <<: *d, q: 2}\n",
        "{x: {a: 1}, y: {p: 0, a: 1, q: 2}}"},
      {"several",
        "x: &d {a: 1}\ny: &e {a: 2, b: 3}\nz: {<<: [*d, *e]}\n",
        "{x: {a: 1}, y: {a: 2, b: 3}, z: {a: 1, b: 3}}"},
      {"of a merged one",
        "x: &d {a: 1}\ny: &e {<<: *d, b: 2}\nz: {<<: *e}\n",
        "{x: {a: 1}, y: {a: 1, b: 2}, z: {a: 1, b: 2}}"},
      {"nothing", "a: {<<: []}\n", "{a: {}}"},
      {"in quotes it is a key", "a: {\"<<\": 1}\n", "{a: {<<: 1}}"},
      {"of a scalar", "a: {<<: 1}\n", "f:1:9: << names neither a map nor a list of maps"},
      {"of a list with a scalar",
        "a:\n  <<: [{b: 1}, 2]\n",
        "f:2:7: << names neither a map nor a list of maps"},
      {"twice",
        "x: &d {a: 1}\ny:\n  <<: *d\n  <<: *d\n",
        "f:4:3: the key << stands twice; first on line 3"},
    };
    for (const auto& row : rows) {
      CAPTURE(std::string{row.name});
      CHECK(read(row.text) == row.expected);
    }
  }

  TEST_CASE("yaml: each node knows its line; an alias that of its anchor") {
    const auto doc = yaml::parse("# top\n"
                                 "a: 1\n"
                                 "b:\n"
                                 "  - x\n"
                                 "\n"
                                 "  - &t\n"
                                 "    k: |\n"
                                 "      text\n"
                                 "c: *t\n"
                                 "d:\n"
                                 "\n"
                                 "e: {f: 1,\n"
                                 "    g: 2}\n",
      "f");
    REQUIRE(doc);
    CHECK(doc->line() == 2);
    CHECK(doc->find("a")->line() == 2);
    const auto& list = *doc->find("b")->as_list();
    CHECK(doc->find("b")->line() == 4);
    CHECK(list[0].line() == 4);
    CHECK(list[1].find("k")->line() == 7);
    CHECK(doc->find("c")->find("k")->line() == 7);
    CHECK(doc->find("d")->line() == 10);
    CHECK(doc->find("e")->line() == 12);
    CHECK(doc->find("e")->find("g")->line() == 13);
  }

  TEST_CASE("yaml: a broken file is refused at its place") {
    const struct {
      const char* name;
      std::string text;
      std::string expected;
    } rows[] = {
      {"tab as indentation", "a:\n\tb: 1\n", "f:2:1: a tab in the indentation"},
      {"tab after blanks", "a:\n  b: 1\n \tc: 2\n", "f:3:"},
      {"list that does not close",
        "a: [1,\n  2\n",
        "f:3:1: end of sequence flow not found; here or above, a quote or a bracket is not closed"},
      {"map that does not close",
        "a: {b: 1\n",
        "f:2:1: end of map flow not found; here or above, a quote or a bracket is not closed"},
      {"quote that does not close",
        "a: \"b\nc: d\n",
        "f:2:5: illegal EOF in scalar; a quote is not closed"},
      {"quote that the next one closes",
        "a:\n  - \"b\nc: \"d\"\n",
        "f:3:5: end of sequence not found; here or above, a quote or a bracket is not closed, or "
        "the "
        "indentation is off"},
      {"file cut off within a quote", "a: 1\nb: \'x\n\n", "f:2:6: illegal EOF in scalar"},
      {"unknown escape", "a: 1\nb: \"\\q\"\n", "f:2:"},
      {"escape that yaml-cpp makes a broken byte of",
        "a: \"\\_\"\n",
        "f:1:4: an escape that is not supported"},
      {"the same in a key", "\"\\N\": 1\n", "f:1:1: an escape that is not supported"},
      {"less indented list item", "a:\n  - x\n - y\n", "f:3:2: "},
      {"value of a value", "a: b: c\n", "f:1:5: illegal map value"},
      {"last line without a colon", "a: 1\nb\n", "f:2:1: a key without a colon"},
      {"cut off within a key", "a:\n  - x: 1\n    ye", "f:3:5: a key without a colon"},
      {"line without a colon", "a:\n  x: 1\n  y\nb: 2\n", "f:4:"},
      {"key twice", "a: 1\nb: 2\na: 3\n", "f:3:1: the key a stands twice; first on line 1"},
      {"key twice in flow",
        "{a: 1,\n b: {c: 1, c: 2}}\n",
        "f:2:12: the key c stands twice; first on line 2"},
      {"key twice, once in quotes",
        "a: 1\n\"a\": 3\n",
        "f:2:1: the key a stands twice; first on line 1"},
      {"unknown alias", "a: 1\nb: *nope\n", "f:2:4: the referenced anchor is not defined"},
      {"alias of itself",
        "a: &x\n  b: *x\n",
        "f:2:6: an alias of something that is not complete yet"},
      {"a list as a key", "? [1]\n: 2\n", "f:1:3: a key that is not text"},
      {"no key", ": 2\n", "f:1:1: a key that is empty"},
      {"null as a key", "a:\n  ~: 2\n", "f:2:3: a key that is empty"},
      {"second document", "a: 1\n---\nb: 2\n", "f:2:1: a second document; one file holds one"},
      {"unknown tag", "a: 1\nb: !reset null\n", "f:2:4: a tag that is not supported: !reset"},
      {"unknown tag of a map", "a: !!omap\n  b: 1\n", "f:1:4: a tag that is not supported"},
      {"tag that does not fit", "a: !!int x\n", "f:1:4: what is tagged !!int is none"},
      {"infinite", "a: 1\nb: .inf\n", "f:2:4: a number that is not finite"},
      {"not a number", "- .NaN\n", "f:1:3: a number that is not finite"},
      {"too large a number", "a: 1e999\n", "f:1:4: a number that is too large or too small"},
      {"not UTF-8", "a: 1\nb: \"\xff\"\n", "f:2:5: not UTF-8"},
      {"overlong UTF-8", "a: \xc0\xaf\n", "f:1:4: not UTF-8"},
      {"surrogate", "a: \xed\xa0\x80\n", "f:1:4: not UTF-8"},
      {"UTF-16",
        std::string("\xff\xfe"
                    "a\0",
          4),
        "f:1:1: not UTF-8"},
      {"NUL", std::string("a: 1\nb: \0\n", 10), "f:2:4: a control character"},
      {"the byte that yaml-cpp takes for the end", "a: 1\n\x04: 2\n", "f:2:1: a control character"},
      {"reserved character", "a: @b\n", "f:1:4: "},
      {"a directive that there is not", "%YAML 9.9\n---\na: 1\n", "f:1:1: "},
    };
    for (const auto& row : rows) {
      CAPTURE(std::string{row.name});
      const auto got = yaml::parse(row.text, "f");
      REQUIRE(!got);
      CHECK(got.error().code == errc::invalid_input);
      CAPTURE(got.error().what);
      CHECK(got.error().what.substr(0, row.expected.size()) == row.expected);
    }
  }

  TEST_CASE("yaml: size, depth, nodes and what aliases stand for are bounded") {
    CHECK(read("a: 1\n", {.max_bytes = 4}) == "f:1:1: longer than 4 bytes");
    CHECK(read("[[[1]]]", {.max_depth = 3}) == "[[[1]]]");
    CHECK(read("[[[[1]]]]", {.max_depth = 3}) == "f:1:4: nested deeper than 3 levels");
    CHECK(read(std::string(100, '[') + std::string(100, ']'))
          == "f:1:65: nested deeper than 64 levels");
    CHECK(!yaml::parse(std::string(100'000, '['), "f"));
    CHECK(read("[1,\n2, 3]", {.max_nodes = 3}).starts_with("f:2:4: more than 3 values"));
    CHECK(read("- &a [[1]]\n- [*a]\n", {.max_depth = 3}).starts_with("f:2:4: nested deeper"));

    std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
    for (int i = 1; i < 10; ++i) {
      const auto before = std::to_string(i - 1);
      bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [";
      for (int k = 0; k < 10; ++k)
        bomb += (k == 0 ? "*a" : ", *a") + before;
      bomb += "]\n";
    }
    const auto burst = yaml::parse(bomb, "f");
    REQUIRE(!burst);
    CHECK(burst.error().code == errc::exhausted);
    CHECK(burst.error().what.find("counting what aliases stand for") != std::string::npos);

    // Each level is anchored, so that each would be kept as a copy of its own.
    std::string nested;
    for (int i = 0; i < 60; ++i)
      nested += "&n" + std::to_string(i) + " [";
    for (int i = 0; i < 5000; ++i)
      nested += "1, ";
    nested += std::string(60, ']');
    CHECK(yaml::parse(nested, "f").error().code == errc::exhausted);
  }

  TEST_CASE("yaml: a compose file as people write it") {
    const auto doc = yaml::parse(R"(version: "2.4"
x-common: &common
  restart: unless-stopped
  environment: &env
    TZ: UTC
services:
  web:
    <<: *common
    image: "nginx:1.25"   # pinned
    ports:
      - 80:80
      - "443:443"
    environment:
      <<: *env
      DEBUG: "1"
    command: ["nginx", "-g", "daemon off;"]
    healthcheck: {test: [CMD, true], interval: 30s}
volumes:
  data:
)",
      "compose.yaml");
    REQUIRE(doc);
    const auto* web = doc->find("services")->find("web");
    CHECK(debug_string(*web)
          == R"({restart: "unless-stopped", image: "nginx:1.25", ports: ["80:80", "443:443"], )"
             R"(environment: {TZ: "UTC", DEBUG: "1"}, command: ["nginx", "-g", "daemon off;"], )"
             R"(healthcheck: {test: ["CMD", true], interval: "30s"}})");
    CHECK(web->find("ports")->line() == 11);
    CHECK(doc->find("volumes")->find("data")->is_null());
  }
}

} // namespace
} // namespace copal::test
