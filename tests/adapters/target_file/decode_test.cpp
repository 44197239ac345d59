#include "adapters/target_file/decode.hpp"

#include "adapters/target_file/project.hpp"

#include <map>
#include <string>

#include <doctest/doctest.h>

using namespace copal;

namespace {

using settings = std::map<std::string, std::string, std::less<>>;

target_file::origin compose_at(const std::string& path, const settings& set = {}) {
  target_file::origin out;
  out.path = path;
  out.variables = [set](std::string_view name) -> std::optional<std::string> {
    const auto it = set.find(name);
    return it == set.end() ? std::nullopt : std::optional{it->second};
  };
  return out;
}

std::string told(const result<target_file::decoded>& got) {
  return got ? debug_string(got->doc.doc) : '!' + got.error().what;
}

} // namespace

TEST_SUITE("target file") {
  TEST_CASE("project: what compose makes of a folder's name") {
    const struct {
      const char* folder;
      const char* name;
    } rows[] = {
      {"shop", "shop"},
      {"My Shop", "myshop"},
      {"_-shop_1-", "shop_1-"},
      {"shop.v2", "shopv2"},
      {"1st", "1st"},
      {"\xc3\x84pfel", "pfel"},
      {"---", ""},
      {"", ""},
    };
    for (const auto& row : rows) {
      CAPTURE(std::string{row.folder});
      CHECK(target_file::project_name_of(row.folder) == row.name);
      CHECK((std::string{row.name}.empty() || target_file::is_project_name(row.name)));
    }
    for (const auto* bad : {"", "Shop", "_shop", "-a", "a b", "a.b"})
      CHECK_FALSE(target_file::is_project_name(bad));
  }

  TEST_CASE("project: the operator's, the file's, the variable's, the folder's") {
    const settings set{{"COMPOSE_PROJECT_NAME", "from-env"}, {"P", "from-variable"}};
    const std::string dot = "COMPOSE_PROJECT_NAME=dot\n";
    const struct {
      std::string name;
      std::string given;
      settings variables;
      const char* text;
      std::optional<std::string> env_file;
      std::string expected;
    } rows[] = {
      {"the operator's goes first", "mine", set, "name: file\n", {}, "mine"},
      {"then the file's", "", set, "name: file\n", {}, "file"},
      {"which may name a variable", "", set, "name: ${P}\n", {}, "from-variable"},
      {"which may be a number", "", set, "name: 12\n", {}, "12"},
      {"then the environment's", "", set, "services: {}\n", {}, "from-env"},
      {"an empty name is none", "", set, "name: \"\"\nservices: {}\n", {}, "from-env"},
      {"also from .env", "", {}, "services: {}\n", dot, "dot"},
      {"the process before .env", "", set, "services: {}\n", dot, "from-env"},
      {"then the folder's", "", {}, "services: {}\n", {}, "myshop"},
    };
    for (const auto& row : rows) {
      CAPTURE(row.name);
      auto from = compose_at("/home/My Shop/compose.yaml", row.variables);
      from.project = row.given;
      const auto got = target_file::decode(from, row.text, row.env_file);
      REQUIRE(got);
      CHECK(got->project == row.expected);
      CHECK(*got->doc.doc.find("name")->as_text() == row.expected);
    }
  }

  TEST_CASE("project: what is no name is refused with where it came from") {
    auto from = compose_at("/a/compose.yaml", {{"COMPOSE_PROJECT_NAME", "A b"}});
    CHECK(told(target_file::decode(from, "services: {}", {}))
            .find("!COMPOSE_PROJECT_NAME for /a/compose.yaml: found \"A b\", expected a project")
          == 0);
    from.project = "Shop";
    CHECK(told(target_file::decode(from, "services: {}", {}))
            .find("!the project name given for /a/compose.yaml: found \"Shop\"")
          == 0);
    CHECK(told(target_file::decode(compose_at("/---/compose.yaml"), "services: {}", {}))
          == "!/---/compose.yaml: its folder's name gives no project name; add name: <project> at "
             "the top of the file");
    CHECK(told(target_file::decode(compose_at("/compose.yaml"), "services: {}", {}))[0] == '!');
  }

  TEST_CASE("decode: variables come from the process and then from .env") {
    const auto from = compose_at("/shop/compose.yaml", {{"A", "process"}});
    const auto got = target_file::decode(from,
      "x: $A $B ${C:-default} $COMPOSE_PROJECT_NAME $$A\n"
      "y: $GONE\n",
      "A=file\nB=${A}-b\n");
    CHECK(told(got) == "{x: \"process process-b default shop $A\", y: \"\", name: \"shop\"}");
    REQUIRE(got);
    CHECK(got->warnings
          == std::vector<std::string>{
            "/shop/compose.yaml:2: the variable GONE is not set; it stands for nothing"});
    CHECK(got->doc.origin == "/shop/compose.yaml");
    CHECK(got->doc.doc.find("y")->line() == 2);
  }

  TEST_CASE("decode: COMPOSE_PROFILES of the process, else of .env, chooses the services") {
    const auto* const text = "services:\n"
                             "  web: {image: a}\n"
                             "  debug: {image: a, profiles: [\"${P}\"]}\n";
    const settings set{{"P", "debug"}};
    const auto services = [&](const settings& more, const std::optional<std::string>& env) {
      const auto got = target_file::decode(compose_at("/s/c.yaml", more), text, env);
      REQUIRE(got);
      return debug_string(*got->doc.doc.find("services"));
    };
    const std::string web = "web: {image: \"a\"}";
    CHECK(services(set, {}) == "{" + web + "}");
    CHECK(
      services(set, "COMPOSE_PROFILES=debug\n").find("profiles: [\"debug\"]") != std::string::npos);
    auto other = set;
    other["COMPOSE_PROFILES"] = "other";
    CHECK(services(other, "COMPOSE_PROFILES=debug\n") == "{" + web + "}");
  }

  TEST_CASE("decode: an error names its file and line") {
    const struct {
      const char* name;
      const char* text;
      std::optional<std::string> env;
      const char* expected;
    } rows[] = {
      {"YAML", "a: 1\nb: [\n", {}, "/s/c.yaml:"},
      {"twice", "a: 1\na: 2\n", {}, "/s/c.yaml:2:1: "},
      {"profiles", "services:\n  a:\n    profiles: x\n", {}, "/s/c.yaml:3: service a: profiles: "},
      {"variables", "a: 1\nb:\n  - ${X:?gone}\n", {}, "/s/c.yaml:3: "},
      {"a variable in the name", "a: 1\nname: ${X\n", {}, "/s/c.yaml:2: "},
      {"the other file", "a: 1\n", "A=1\n=2\n", "/s/.env:2: "},
      {"nothing", "", {}, "/s/c.yaml: the file is empty; "},
      {"nothing but a comment", "# later\n", {}, "/s/c.yaml: the file is empty; "},
    };
    for (const auto& row : rows) {
      CAPTURE(std::string{row.name});
      const auto got = told(target_file::decode(compose_at("/s/c.yaml"), row.text, row.env));
      CAPTURE(got);
      CHECK(got.find('!' + std::string{row.expected}) == 0);
    }
  }

  TEST_CASE("decode: a name that is none is left for the planner, with its place") {
    const auto got = target_file::decode(compose_at("/s/c.yaml"), "services: {}\nname: [a]\n", {});
    REQUIRE(got);
    CHECK(got->doc.doc.find("name")->as_list() != nullptr);
  }

  TEST_CASE("decode: the cloud's form is taken as it is") {
    target_file::origin from;
    from.path = "/t.json";
    from.form = dialect::cloud_v3;
    const auto got = target_file::decode(from, R"({"uuid": {"name": "$A"}})", {});
    CHECK(told(got) == "{uuid: {name: \"$A\"}}");
    REQUIRE(got);
    CHECK(got->project.empty());
    CHECK((got->doc.form == dialect::cloud_v3));
    // What supervisors 7 to 12 were sent, and what their disks were preloaded with.
    for (const auto* older : {R"({"local": {"apps": {}}})", R"({"config": {}, "apps": {}})"}) {
      const auto second = target_file::decode(from, older, {});
      REQUIRE(second);
      CHECK((second->doc.form == dialect::cloud_v2));
    }
    const auto broken = told(target_file::decode(from, "{\n \"a\": }", {}));
    CAPTURE(broken);
    CHECK(broken.find("!/t.json:2:") == 0);
    CHECK(told(target_file::decode(from, "", {})).find("!/t.json:1:") == 0);
  }
}
