#include "actors/planning/compare/v19_reading.hpp"

#include "tests/actors/planning/documents.hpp"
#include "tests/actors/planning/situations.hpp"

#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace copal::planning {
namespace {

using words = std::vector<std::string>;

const auto map = [](std::initializer_list<value_member> members) { return value::map(members); };

/// v19's reading of a composition where it is another than ours: "command: a|b; healthcheck: 0s".
std::string theirs(const target_document& document) {
  const auto made = normalise_target(document, documents::device());
  if (!made)
    return "refused: " + made.error().what;
  const auto* service = documents::web(made->target);
  REQUIRE(service != nullptr);
  if (!service->v19_overrides)
    return "the same";
  const auto& ours = service->overrides;
  const auto& other = *service->v19_overrides;
  std::string out;
  const auto tell = [&out](const std::string& field, const auto& a, const auto& b) {
    if (a == b)
      return;
    out += field;
    for (const auto& word : *b)
      out += '|' + word;
  };
  tell("command", ours.command, other.command);
  tell("entrypoint", ours.entrypoint, other.entrypoint);
  if (ours.healthcheck != other.healthcheck)
    out += "start " + std::to_string(other.healthcheck->start_period.count());
  return out;
}

TEST_SUITE("planning: v19's reading") {
  TEST_CASE("v19's reading: what it made of a composition where that is not ours") {
    const auto check = [](const char* key, value period) {
      return map({{"healthcheck", map({{"test", "true"}, {key, std::move(period)}})}});
    };
    const struct {
      std::string name;
      value composition;
      std::string expected;
    } rows[] = {
      {"nothing", map({}), "the same"},
      {"a list is taken as it is", map({{"command", value::list({"echo", "q $A"})}}), "the same"},
      {"$ outside of quotes", map({{"command", "echo $A ${B}"}}), "the same"},
      {"$ in double quotes", map({{"command", "echo \"q $A\""}}), "the same"},
      {"$ in single quotes", map({{"command", "echo 'q $A'"}}), "command|echo|q \\$A"},
      {"of an entrypoint too", map({{"entrypoint", "sh -c '$X'"}}), "entrypoint|sh|-c|\\$X"},
      {"start_period", check("start_period", "10s"), "start 0"},
      {"startPeriod", check("startPeriod", "10s"), "the same"},
      {"start_period of nothing", check("start_period", "0s"), "the same"},
    };
    for (const auto& row : rows) {
      CAPTURE(row.name);
      CHECK(theirs(documents::cloud(row.composition)) == row.expected);
    }
  }

  TEST_CASE("v19's reading: it never read a file") {
    CHECK(theirs(documents::compose(map({{"command", "echo 'q $$A'"}}))) == "the same");
    CHECK(theirs(documents::compose(map({{"healthcheck",
            map({{"test", value::list({"CMD", "true"})}, {"start_period", "10s"}})}})))
          == "the same");
  }

  TEST_CASE("v19's reading: what it made of this release stays, until the next one") {
    using situations::device;
    using situations::service;
    const auto made = [](const words& command) {
      service out{"web"};
      out.it.overrides.command = command;
      return out;
    };
    auto wanted = made({"echo", "$A"});
    wanted.it.v19_overrides = made({"echo", "\\$A"}).it.overrides;
    auto with_variable = wanted;
    with_variable.env("A", "1");
    const auto v19 = made({"echo", "\\$A"});
    situations::check({
      {"as v19 made it", device{}.running({v19}).fetched_all().wants({wanted}), {}},
      {"as we make it", device{}.running({made({"echo", "$A"})}).wants({wanted}), {}},
      {"as nobody makes it",
        device{}.running({made({"echo"})}).wants({wanted}).looked(),
        {"kill web (command differs)"}},
      {"another variable comes",
        device{}.running({v19}).wants({with_variable}).looked(),
        {"kill web (command, env(A) differ)"}},
      {"another release comes, with the same composition",
        device{}.running({v19}).wants({wanted}, "c2").fetched_all().looked(),
        {"kill web (command differs)"}},
    });
  }
}

} // namespace
} // namespace copal::planning
