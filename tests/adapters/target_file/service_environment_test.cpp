#include "adapters/target_file/service_environment.hpp"

#include "adapters/target_file/decode.hpp"

#include <map>
#include <string>

#include <doctest/doctest.h>

using namespace copal;

namespace {

using settings = std::map<std::string, std::string, std::less<>>;

const settings files{
  {"/s/a.env", "A=a\nB=${OUT:-b}\n"},
  {"/s/b.env", "B=2\nC=3\n"},
  {"/abs.env", "ABS=1\n"},
  {"/s/bad.env", "A=1\n=s3cret\n"},
};

/// The environment of the service web after `web: {<text>}`, or what is wrong; warnings behind it.
std::string made(const std::string& text, const settings& set = {}) {
  target_file::origin from;
  from.path = "/s/c.yaml";
  from.variables = [&set](std::string_view name) -> std::optional<std::string> {
    const auto it = set.find(name);
    return it == set.end() ? std::nullopt : std::optional{it->second};
  };
  const auto read = [](const std::string& path) -> result<std::string> {
    const auto it = files.find(path);
    if (it == files.end())
      return fail(errc::not_found, path + ": gone");
    return it->second;
  };
  const auto got = target_file::decode(
    from, "services:\n  web:\n    image: a\n    " + text + "\n", std::nullopt, read);
  if (!got)
    return '!' + got.error().what;
  const auto* web = got->doc.doc.find("services")->find("web");
  CHECK(web->find("env_file") == nullptr);
  const auto* environment = web->find("environment");
  auto out = environment == nullptr ? "none" : debug_string(*environment);
  for (const auto& warning : got->warnings)
    out += " | " + warning;
  return out;
}

} // namespace

TEST_SUITE("target file") {
  TEST_CASE("env_file: where a service's variables come from") {
    const struct {
      std::string name, text, expected;
      settings set;
    } rows[] = {
      {"no file, nothing said", "tty: true", "none", {}},
      {"one file", "env_file: a.env", R"({A: "a", B: "b"})", {}},
      {"with a variable from outside", "env_file: ./a.env", R"({A: "a", B: "o"})", {{"OUT", "o"}}},
      {"several, the last one wins", "env_file: [a.env, b.env]", R"({A: "a", B: "2", C: "3"})", {}},
      {"an absolute path, and one up",
        "env_file: [/abs.env, ../s/b.env]",
        R"({ABS: "1", B: "2", C: "3"})",
        {}},
      {"environment goes first: a map",
        "env_file: b.env\n    environment: {B: mine, D: 4}",
        R"({B: "mine", D: 4, C: "3"})",
        {}},
      {"environment goes first: a list",
        "env_file: b.env\n    environment: [B=mine, D=4]",
        R"(["B=mine", "D=4", "C=3"])",
        {}},
      {"an empty environment", "env_file: b.env\n    environment:", R"({B: "2", C: "3"})", {}},
      {"a file that need not be there",
        "env_file: [{path: gone.env, required: false}, {path: b.env}]",
        R"({B: "2", C: "3"})",
        {}},
      {"the path may hold a variable",
        "env_file: ${WHICH}.env",
        R"({B: "2", C: "3"})",
        {{"WHICH", "b"}}},
      {"no value: from outside, a map", "environment: {OUT: }", R"({OUT: "o"})", {{"OUT", "o"}}},
      {"no value: from outside, a list", "environment: [OUT]", R"(["OUT=o"])", {{"OUT", "o"}}},
      {"no value anywhere",
        "environment: {OUT: , A: 1}",
        "{A: 1} | /s/c.yaml:4: service web: environment: the variable OUT is not set; the service "
        "does not get it",
        {}},
      {"no value, but one in a file",
        "env_file: b.env\n    environment: [C, B]",
        R"(["B=2", "C=3"])",
        {}},
    };
    for (const auto& row : rows) {
      CAPTURE(row.name);
      CHECK(made(row.text, row.set) == row.expected);
    }
  }

  TEST_CASE("env_file: what cannot be read names file, line and service, and shows no value") {
    const struct {
      std::string text, told;
    } rows[] = {
      {"env_file: gone.env",
        "!/s/c.yaml:4: service web: env_file: /s/gone.env: there is no such file; make it, or say "
        "required: false"},
      {"env_file: 5",
        "!/s/c.yaml:4: service web: env_file: found an integer, expected the path of a file, or a "
        "map with path and required"},
      {"env_file: [{required: false}]",
        "!/s/c.yaml:4: service web: env_file: found a map, expected the path of a file, or a map "
        "with path and required"},
      {"env_file: [{path: b.env, format: raw}]",
        "!/s/c.yaml:4: service web: env_file: found format, expected path, and required: true or "
        "false"},
    };
    for (const auto& row : rows) {
      CAPTURE(row.text);
      CHECK(made(row.text) == row.told);
    }
    const auto bad = made("env_file: bad.env");
    CHECK(bad.find("/s/bad.env:2: ") != std::string::npos);
    CHECK(bad.find("s3cret") == std::string::npos);
    std::string many = "env_file: [b.env";
    for (auto i = 0; i < 64; ++i)
      many += ", b.env";
    CHECK(made(many + "]").find("more than 64 files") != std::string::npos);
  }
}
