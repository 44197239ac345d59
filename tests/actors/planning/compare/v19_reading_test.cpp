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
  return out.empty() ? "without some fields" : out;
}

/// The only release of a document.
const target_release& release_of(const normalised& made) {
  return *made.target.apps.at(0).release;
}

/// What becomes of a container that was made of one composition when another is wanted: "equal",
/// "stays" as v19 reads it, or the fields that differ.
std::string verdict(value had, const target_document& document, bool of_this_release = true) {
  const auto before = normalise_target(documents::cloud(std::move(had)), documents::device());
  const auto now = normalise_target(document, documents::device());
  if (!before || !now)
    return "refused: " + (before ? now : before).error().what;
  const image_facts image;
  const engine_image_id id{"sha256:1"};
  const auto& release = release_of(*now);
  const auto& wanted = *documents::web(now->target);
  supervised_container there;
  there.who.release = of_this_release ? release.id : release_id{1};
  there.who.commit = release.commit;
  there.what.config = resolve(*documents::web(before->target), &image, id);
  const auto found = differences(there.what, resolve(wanted, &image, id), {});
  if (found.empty())
    return "equal";
  return is_as_v19_reads(there, release, wanted, &image, id, {}) ? "stays" : summary(found);
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
      {"start_interval", check("start_interval", "1s"), "the same"}, // an engine's matter
      {"startPeriod", check("startPeriod", "10s"), "the same"},
      {"start_period of nothing", check("start_period", "0s"), "the same"},
      {"a field that it drops", map({{"stdin_open", true}}), "without some fields"},
      {"in its own spelling", map({{"memswapLimit", -1}}), "without some fields"},
      {"a field that both drop", map({{"links", value::list({})}}), "the same"},
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

  TEST_CASE("v19's reading: a service without what it drops stays") {
    const auto list = [](std::initializer_list<value> items) { return value::list(items); };
    const auto limits = map({{"resources",
      map({{"limits", map({{"memory", "64m"}, {"pids", 9}, {"cpus", "0.5"}})},
        {"reservations", map({{"memory", "32m"}})}})}});
    const auto card = map({{"resources",
      map(
        {{"reservations", map({{"devices", list({map({{"capabilities", list({"gpu"})}})})}})}})}});
    const struct {
      std::string name;
      value composition;
      value read; ///< What v19 reads of it.
      std::string verdict;
    } rows[] = {
      {"nothing", map({}), map({}), "equal"},
      {"stdin_open", map({{"stdin_open", true}}), map({}), "stays"},
      {"uts", map({{"uts", "host"}}), map({}), "stays"},
      {"uts, by the machine's name",
        map({{"uts", "host"}, {"network_mode", "host"}}),
        map({{"network_mode", "host"}}),
        "stays"},
      {"gpus", map({{"gpus", "all"}}), map({}), "stays"},
      {"gpus beside the label",
        map({{"gpus", "all"}, {"labels", map({{"io.balena.features.gpu", "1"}})}}),
        map({{"labels", map({{"io.balena.features.gpu", "1"}})}}),
        "stays"},
      {"runtime: the engine has its own", map({{"runtime", "nvidia"}}), map({}), "stays"},
      {"cgroup", map({{"cgroup", "host"}}), map({}), "stays"},
      {"memswap_limit",
        map({{"mem_limit", "64m"}, {"memswap_limit", "96m"}}),
        map({{"mem_limit", "64m"}}),
        "stays"},
      {"deploy: a graphics card", map({{"deploy", card}}), map({}), "stays"},
      {"all of it, and what it reads",
        map({{"stdin_open", true}, {"deploy", card}, {"cgroup", "host"}, {"command", list({"a"})}}),
        map({{"command", list({"a"})}}),
        "stays"},
      {"a limit of deploy, which looks like one that it reads",
        map({{"deploy", limits}}),
        map({}),
        "pids_limit, mem_limit, mem_reservation differ"},
      {"annotations, which an older engine drops",
        map({{"stdin_open", true}, {"annotations", map({{"a", "b"}})}}),
        map({}),
        "annotations(a), stdin_open differ"},
      {"start_interval, which it drops, too",
        map({{"healthcheck", map({{"test", "x"}, {"start_interval", "1s"}})}}),
        map({{"healthcheck", map({{"test", "x"}})}}),
        "healthcheck differs"},
      {"another field differs",
        map({{"stdin_open", true}, {"privileged", true}}),
        map({}),
        "stdin_open, privileged differ"},
      {"a limit that it reads differs",
        map({{"stdin_open", true}, {"mem_limit", "64m"}}),
        map({{"mem_limit", "32m"}}),
        "stdin_open, mem_limit differ"},
      {"a field that went", map({}), map({{"privileged", true}}), "privileged differs"},
    };
    for (const auto& row : rows) {
      CAPTURE(row.name);
      CHECK(verdict(row.read, documents::cloud(row.composition)) == row.verdict);
      if (row.verdict == "stays") // what we make is ours, in any release
        CHECK(verdict(row.composition, documents::cloud(row.composition), false) == "equal");
    }
    CHECK(verdict(map({}), documents::cloud(map({{"stdin_open", true}})), false)
          == "stdin_open differs");
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
      {"as v19 would have made it, and we did: a file was changed",
        device{}.running({v19}).fetched_all().wants({wanted}).looked().but(
          [](auto& s) { s.engine.containers.front().what.made_here = true; }),
        {"kill web (command differs)"}},
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
