#include "tests/actors/planning/situations.hpp"

#include <doctest/doctest.h>

// A release is not mixed with the one before. Source: docs/decisions/0112.

namespace copal::planning::situations {
namespace {

service changed(const char* name) {
  return service{name}.env("A", "1");
}

/// `web` of release 1 is gone, `db` of it runs yet; both are another thing in release 2.
device half_way(const std::string& commit = "c2", const service& db = changed("db")) {
  return device{}
    .running({"web", "db"})
    .wants({changed("web"), db}, commit)
    .fetched_all()
    .looked()
    .gone("web");
}

const std::string waits = "wait, in progress: web: started when db of the release before has ended";
const std::string web_row = "removeImage web:1 of web (no release and no container needs it)";
const std::string under_way = "wait, in progress: db: a step is under way";

TEST_SUITE("planning") {
  TEST_CASE("mixture: nothing of a release is started beside what it replaces") {
    check({
      {"the other is about to go", half_way(), {"kill db (env(A) differs)", web_row, waits}},
      {"it is being stopped", half_way().busy("service:7/db"), {web_row, under_way, waits}},
      {"it is no part of the new release",
        device{}
          .running({"web", "db"})
          .wants({changed("web")}, "c2")
          .fetched_all()
          .looked()
          .gone("web")
          .busy("service:7/db"),
        {web_row, under_way, waits}},
      {"it has gone",
        half_way().gone("db"),
        {"start db (it has no container)",
          "start web (it has no container)",
          "removeImage db:1 of db (no release and no container needs it)",
          web_row}},
      {"within one release each goes its own way",
        half_way("c1"),
        {"kill db (env(A) differs)", "start web (it has no container)"}},
      {"one that cannot be stopped holds up nobody",
        half_way().failed("service:7/db"),
        {"start web (it has no container)",
          web_row,
          "wait, back-off: kill db (env(A) differs): no answer"}},
      {"what is the same in both is only renamed",
        half_way("c2", service{"db"}),
        {"updateMetadata db (same configuration in the new release)",
          "start web (it has no container)",
          web_row}},
      {"one that hands over goes on beside the new ones",
        half_way("c2", changed("db").by(update_strategy::hand_over)),
        {"handover db (env(A) differs)", "start web (it has no container)", web_row}},
    });
  }
}

} // namespace
} // namespace copal::planning::situations
