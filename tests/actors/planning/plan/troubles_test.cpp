#include "actors/planning/plan/troubles.hpp"

#include "tests/actors/planning/situations.hpp"

#include <doctest/doctest.h>

namespace copal::planning::situations {
namespace {

std::string troubles_of(const situation& s) {
  progress now;
  now.target = s.target;
  now.engine = s.engine;
  std::string out;
  for (const auto& x : find_troubles(now))
    out += (out.empty() ? "" : "\n") + x.who.name.value + ": " + x.text;
  return out;
}

TEST_SUITE("planning: troubles") {
  TEST_CASE("troubles: what goes wrong in containers") {
    const auto two = device{}.running({"db", "web"});
    const struct {
      const char* name;
      device given;
      const char* told;
    } rows[] = {
      {"nothing", device{two}, ""},
      {"a healthy one", device{two}.health("db", health_state::healthy), ""},
      {"an unhealthy one",
        device{two}.health("db", health_state::unhealthy, 3),
        "db: unhealthy, 3 checks failed in a row"},
      {"one that ended well", device{two}.has_exited("web", 0), ""},
      {"one that did not, and whose check says nothing any more",
        device{two}.has_exited("web", 3).health("web", health_state::unhealthy, 1),
        "web: exited with code 3"},
      {"out of memory, again and again",
        device{two}
          .is("web", container_state::restarting)
          .container_of("web",
            [](auto& c) {
              c.exit_code = 137;
              c.oom_killed = true;
              c.restart_count = 4;
            }),
        "web: restarted by the engine 4 times; exited with code 137, out of memory"},
      {"a process beside the first",
        device{two}.but([](auto& s) { s.engine.containers[1].memory_kills = 1; }),
        "web: lost a process for lack of memory 1 time"},
      {"one that is kept stopped",
        device{}.running({"web"}).wants({service{"web"}.kept_stopped()}).has_exited("web", 143),
        ""},
      {"two",
        device{two}.has_exited("web", 1).has_exited("db", 2),
        "db: exited with code 2\nweb: exited with code 1"},
    };
    for (const auto& row : rows) {
      CAPTURE(row.name);
      CHECK(troubles_of(row.given) == row.told);
    }
  }
}

} // namespace
} // namespace copal::planning::situations
