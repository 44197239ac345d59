#include "adapters/yaml/interpolate.hpp"

#include "adapters/yaml/env_file.hpp"

#include <map>
#include <string>

#include <doctest/doctest.h>

namespace copal::test {
namespace {

std::optional<std::string> set_here(std::string_view name) {
  static const std::map<std::string, std::string, std::less<>> all{
    {"A", "1"}, {"EMPTY", ""}, {"DOLLAR", "$A"}, {"LONG", std::string(1000, 'x')}};
  const auto it = all.find(name);
  return it == all.end() ? std::nullopt : std::optional{it->second};
}

TEST_SUITE("yaml") {
  TEST_CASE("interpolate: variables in a text") {
    const struct {
      const char* text;
      const char* expected; // an error begins with "!"
      const char* unset;
    } rows[] = {
      {"plain", "plain", ""},
      {"$A", "1", ""},
      {"${A}", "1", ""},
      {"a$A-b${A}c", "a1-b1c", ""},
      {"$AB", "", "AB"},
      {"${NOPE}", "", "NOPE"},
      {"$$", "$", ""},
      {"$$A $${A}", "$A ${A}", ""},
      {"$$$A", "$1", ""},
      {"cost: 5$", "cost: 5$", ""},
      {"$5 $- $ x", "$5 $- $ x", ""},
      {"$DOLLAR", "$A", ""}, // what a variable holds is not looked into
      {"${A:-x}", "1", ""},
      {"${A-x}", "1", ""},
      {"${EMPTY:-x}", "x", ""},
      {"${EMPTY-x}", "", ""},
      {"${NOPE:-x}", "x", ""},
      {"${NOPE-x}", "x", ""},
      {"${NOPE:-}", "", ""},
      {"${NOPE:-a b:c-d?e}", "a b:c-d?e", ""},
      {"${NOPE:-${A}}", "1", ""},
      {"${NOPE:-${ALSO:-deep}}!", "deep!", ""},
      {"${NOPE:-$A$$}", "1$", ""},
      {"${NOPE:-${ALSO}}", "", "ALSO"},
      {"${A:-${B?never looked at}}", "1", ""},
      {"${A:?must}", "1", ""},
      {"${EMPTY?must}", "", ""},
      {"${EMPTY:?must}", "!the variable EMPTY is required: must", ""},
      {"${NOPE:?}", "!the variable NOPE is required", ""},
      {"${NOPE?set it to $A}", "!the variable NOPE is required: set it to 1", ""},
      {"${A:+x}", "x", ""},
      {"${A+x$A}", "x1", ""},
      {"${EMPTY:+x}", "", ""},
      {"${EMPTY+x}", "x", ""},
      {"${NOPE:+x}", "", ""},
      {"${A", "!a variable whose brace does not close", ""},
      {"${A:-${B}", "!a variable whose brace does not close", ""},
      {"${}", "!${ } without the name of a variable", ""},
      {"${1A}", "!${ } without the name of a variable", ""},
      {"${-x}", "!${ } without the name of a variable", ""},
      {"${A/b/c}", "!the variable A is followed by an operator that there is not", ""},
      {"${A:b}", "!the variable A is followed by an operator that there is not", ""},
      {"${A:}", "!the variable A is followed by an operator that there is not", ""},
      {"${A b}", "!the variable A is followed by an operator that there is not", ""},
    };
    for (const auto& row : rows) {
      CAPTURE(std::string{row.text});
      std::vector<std::string> unset;
      const auto got = yaml::substitute(row.text, set_here, unset);
      CHECK((got ? *got : "!" + got.error().what) == row.expected);
      CHECK((unset.empty() ? "" : unset.front()) == row.unset);
    }
  }

  TEST_CASE("interpolate: depth and length are bounded") {
    std::vector<std::string> unset;
    std::string deep;
    for (int i = 0; i < 30; ++i)
      deep += "${N:-";
    deep += std::string(30, '}');
    CHECK(yaml::substitute(deep, set_here, unset).error().code == errc::exhausted);
    std::string much;
    for (int i = 0; i < 2000; ++i)
      much += "$LONG";
    CHECK(yaml::substitute(much, set_here, unset).error().code == errc::exhausted);
    auto half = much.substr(0, much.size() / 2);
    value::list_type several(6, value{half});
    CHECK(yaml::interpolate(value{several}, set_here).error().code == errc::exhausted);
  }

  TEST_CASE("interpolate: a document keeps its shape, its lines and its keys") {
    auto doc = value::map({{"$A", value{"${A}"}.at_line(1)},
      {"n", value{5}.at_line(2)},
      {"l", value::list({value{"x$A"}.at_line(3), value{"${NOPE}"}.at_line(4)})}});
    const auto done = yaml::interpolate(doc, set_here);
    REQUIRE(done);
    CHECK(debug_string(done->doc) == "{$A: \"1\", n: 5, l: [\"x1\", \"\"]}");
    CHECK(done->doc.find("l")->as_list()->at(1).line() == 4);
    CHECK(
      done->warnings
      == std::vector<std::string>{"line 4: the variable NOPE is not set; it stands for nothing"});
    CHECK(yaml::interpolate(value{"${A"}.at_line(9), set_here).error()
          == error{errc::invalid_input, "line 9: a variable whose brace does not close"});
  }

  TEST_CASE("env file: lines are read as Docker reads them") {
    const struct {
      const char* name;
      const char* text;
      const char* expected; // KEY=[value] one after the other, or an error with "!"
    } rows[] = {
      {"empty", "", ""},
      {"comments and blank lines", "# c\n\n   \n  # d\nX=1\n", "X=[1]"},
      {"simple", "X=a b\nY=c", "X=[a b]Y=[c]"},
      {"blanks around", "  X =  a  \n", "X=[a]"},
      {"colon", "X: a\n", "X=[a]"},
      {"empty value", "X=\nY= \n", "X=[]Y=[]"},
      {"export", "export X=1\nexport\tY=2\n", "X=[1]Y=[2]"},
      {"a variable called export", "export=1\n", "export=[1]"},
      {"comment after a blank", "X=a # c\n", "X=[a]"},
      {"no comment without one", "X=a#b\nY=#c\n", "X=[a#b]Y=[#c]"},
      {"only a comment", "X= # c\n", "X=[]"},
      {"single quotes", "X='$A # \"b\" \\n' # c\n", R"(X=[$A # "b" \n])"},
      {"escaped single quote", "X='Let\\'s go!'\n", "X=[Let's go!]"},
      {"double quotes", "X=\"a # $A \\\"q\\\" \\t|\\\\|\" # c\n", "X=[a # 1 \"q\" \t|\\|]"},
      {"other escapes stay", "X=\"\\d\"\n", "X=[\\d]"},
      {"escaped dollar", "X=\"\\$A\"\n", "X=[$A]"},
      {"several lines", "X=\"a\nb\"\nY='c\nd'\nZ=1\n", "X=[a\nb]Y=[c\nd]Z=[1]"},
      {"windows line ends", "X=a\r\nY=\"b\"\r\n", "X=[a]Y=[b]"},
      {"variables of outside", "X=${A}2\n", "X=[12]"},
      {"variables of above", "X=a\nY=${X}b\n", "X=[a]Y=[ab]"},
      {"outside goes first", "A=9\nY=$A\n", "A=[9]Y=[1]"},
      {"unset ones are empty", "X=$NOPE.\n", "X=[.]"},
      {"the last wins", "X=1\nX=2\n", "X=[2]"},
      {"a name alone is taken from outside", "A\nNOPE\n", "A=[1]"},
      {"value with =", "X=a=b\n", "X=[a=b]"},
      {"byte order mark", "\xEF\xBB\xBFX=1\n", "X=[1]"},
      {"no name", "X=1\n=2\n", "!.env:2: no name of a variable"},
      {"name with a digit first", "1X=2\n", "!.env:1: no name of a variable"},
      {"name with a blank", "X=1\n\nA B=2\n", "!.env:3: neither = nor : after the name A"},
      {"open quote", "X=1\nY=\"a\nb\n", "!.env:2: Y: a quote that does not close"},
      {"more after the quote", "X='a'b\n", "!.env:1: X: more after the closing quote"},
      {"broken variable", "X=1\nY=${A\nZ=1\n", "!.env:2: Y: a variable whose brace does not close"},
    };
    for (const auto& row : rows) {
      CAPTURE(std::string{row.name});
      const auto got = yaml::parse_env(row.text, ".env", set_here);
      std::string shown;
      if (got)
        for (const auto& [name, text] : *got)
          shown += name + "=[" + text.reveal() + "]";
      else
        shown = "!" + got.error().what;
      CHECK(shown == row.expected);
    }
  }
}

} // namespace
} // namespace copal::test
