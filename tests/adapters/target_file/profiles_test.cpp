#include "adapters/target_file/profiles.hpp"

#include <string>

#include <doctest/doctest.h>

using namespace copal;

namespace {

const auto map = [](std::initializer_list<value_member> members) { return value::map(members); };
const auto list = [](std::initializer_list<value> items) { return value::list(items); };

value service(value profiles) {
  return map({{"image", "a"}, {"profiles", std::move(profiles)}});
}

/// The services that stay, or what is wrong.
std::string chosen(value services, std::string_view active) {
  auto doc = map({{"services", std::move(services)}});
  if (const auto done = target_file::choose_services(doc, active); !done)
    return '!' + done.error().what;
  std::string out;
  for (const auto& member : *doc.find("services")->as_map())
    out += (out.empty() ? "" : " ") + member.key;
  return out;
}

} // namespace

TEST_SUITE("target file") {
  TEST_CASE("profiles: which services stay") {
    const auto services = map({
      {"web", map({{"image", "a"}})},
      {"debug", service(list({"debug"}))},
      {"tools", service(list({"debug", "tools.v-1_x"}))},
      {"free", service(list({}))},
      {"null", service(value{})},
    });
    const struct {
      const char* active;
      const char* stay;
    } rows[] = {
      {"", "web free null"},
      {"other", "web free null"},
      {"debug", "web debug tools free null"},
      {" tools.v-1_x ,,other", "web tools free null"},
      {"*", "web debug tools free null"},
      {"Debug", "web free null"},
    };
    for (const auto& row : rows) {
      CAPTURE(std::string{row.active});
      CHECK(chosen(services, row.active) == row.stay);
    }
  }

  TEST_CASE("profiles: what cannot be read is told with its line") {
    const struct {
      std::string name;
      value given;
      std::string told;
    } rows[] = {
      {"a text",
        value{"debug"}.at_line(7),
        "!line 7: service a: profiles: found text, expected a list of names"},
      {"a number in the list",
        list({value{1}.at_line(8)}),
        "!line 8: service a: profiles: found an integer, expected a name: a letter or digit, then "
        "letters, digits, '_', '.' and '-'"},
      {"no name",
        list({"de bug"}),
        "!service a: profiles: found \"de bug\", expected a name: a letter or digit, then letters, "
        "digits, '_', '.' and '-'"},
      {"an empty name, also when all are active",
        list({""}),
        "!service a: profiles: found \"\", expected a name: a letter or digit, then letters, "
        "digits, "
        "'_', '.' and '-'"},
    };
    for (const auto& row : rows) {
      CAPTURE(row.name);
      CHECK(chosen(map({{"a", service(row.given)}}), "*") == row.told);
    }
  }

  TEST_CASE("profiles: a document of another shape is left as it is") {
    for (auto doc : {value{}, value{"x"}, map({{"services", list({})}}), map({{"name", "x"}})}) {
      const auto before = doc;
      CHECK(target_file::choose_services(doc, "a"));
      CHECK(doc == before);
    }
  }
}
