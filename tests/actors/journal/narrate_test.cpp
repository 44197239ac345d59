#include "actors/journal/narrate.hpp"

#include <doctest/doctest.h>

namespace copal::journal_parts {
namespace {

using namespace std::chrono_literals;

std::vector<std::string> texts(const std::vector<log_line>& lines) {
  std::vector<std::string> out;
  for (const auto& line : lines)
    out.push_back(to_string(line.level) + ": " + line.text);
  return out;
}

using list = std::vector<std::string>;

progress with_engine() {
  progress out;
  out.engine.complete = true;
  return out;
}

supervised_container running(const std::string& name) {
  supervised_container out;
  out.who.name.value = name;
  out.what.state = container_state::running;
  return out;
}

TEST_SUITE("journal") {
  TEST_CASE("journal: the engine is looked for, there, and away again") {
    story told;
    progress now;
    CHECK(texts(narrate(told, now)) == list{"info: looking for the engine"});
    CHECK(texts(narrate(told, now)).empty());
    CHECK(texts(narrate(told, with_engine()))
          == list{"info: the engine is there; 0 containers of ours"});
    CHECK(texts(narrate(told, now))
          == list{"warning: the engine is away; the containers are left as they are"});
  }

  TEST_CASE("journal: why the engine or the store does not answer is told once for each reason") {
    story told;
    progress now;
    const auto silent = [](int count, const char* what) {
      return silence{count, {errc::unavailable, what}, 1s, true, {}};
    };
    narrate(told, now);
    now.engine.silent = silent(1, "connecting: refused");
    CHECK(texts(narrate(told, now))
          == list{"warning: what the engine has is not known: connecting: refused; it is tried "
                  "again and again"});
    now.engine.silent = silent(2, "connecting: refused");
    CHECK(texts(narrate(told, now)).empty());
    now.engine.silent = silent(3, "400: bad parameter");
    CHECK(texts(narrate(told, now)).size() == 1);
    now.engine.silent.reset();
    now.images.silent = silent(1, "400: digests");
    now.store_silent = silent(1, "the disk is full");
    CHECK(texts(narrate(told, now))
          == list{"warning: the store has not been read: the disk is full; it is tried again and "
                  "again",
            "warning: which images there are is not known: 400: digests; it is tried again and "
            "again"});
    now.images.silent.reset();
    narrate(told, now);
    now.images.silent = silent(1, "400: digests");
    CHECK(texts(narrate(told, now)).size() == 1);
  }

  TEST_CASE("journal: a reached target is told once each time it is reached") {
    story told;
    auto now = with_engine();
    narrate(told, now);
    now.settled = true;
    now.engine.containers = {running("db"), running("web")};
    CHECK(
      texts(narrate(told, now)) == list{"info: the target is reached; 2 services run: db, web"});
    CHECK(texts(narrate(told, now)).empty());
    now.settled = false;
    CHECK(texts(narrate(told, now)).empty());
    now.settled = true;
    now.engine.containers[0].what.state = container_state::exited;
    now.engine.containers[0].what.finished += 1h;
    CHECK(
      texts(narrate(told, now))
      == list{"info: db exited with code 0", "info: the target is reached; 1 service runs: web"});
  }

  TEST_CASE("journal: a size that is not known, and want of room, are told once each") {
    story told;
    auto now = with_engine();
    narrate(told, now);
    now.images.sizes = {{"web:1", {}, error{errc::timeout, "r.io: Timeout"}}};
    now.images.shortages = {{"db:1", 46'000'000, 33'000'000, 2'000'000, true}};
    CHECK(texts(narrate(told, now))
          == list{"warning: the size of web:1 is not known, and it is fetched without a look at "
                  "the free space: r.io: Timeout",
            "warning: no room for db:1: it needs about 46.0 MB, and of the 33.0 MB that are free, "
            "2.0 MB are kept free"});
    now.images.shortages.front().free = 34'000'000;
    CHECK(texts(narrate(told, now)).empty());
    now.images.sizes.clear();
    now.images.shortages.clear();
    CHECK(texts(narrate(told, now)).empty());
  }

  TEST_CASE("journal: the next target is told even when the way to it was not seen") {
    story told;
    auto now = with_engine();
    now.settled = true;
    now.arrivals = 1;
    now.engine.containers = {running("web")};
    CHECK(texts(narrate(told, now)).size() == 2); // the engine, the target
    CHECK(texts(narrate(told, now)).empty());
    now.arrivals = 2;
    CHECK(texts(narrate(told, now)) == list{"info: the target is reached; 1 service runs: web"});
    CHECK(texts(narrate(told, now)).empty());
  }

  TEST_CASE("journal: a fetch is told in steps of a fifth, its failure with the next try") {
    story told;
    auto now = with_engine();
    narrate(told, now);
    list seen;
    for (const auto percent : {0, 7, 19, 20, 39, 45, 99, 100}) {
      now.images.fetching = {{"r/a:1", percent}};
      for (auto& text : texts(narrate(told, now)))
        seen.push_back(std::move(text));
    }
    CHECK(seen
          == list{"info: fetching r/a:1: 20 %",
            "info: fetching r/a:1: 40 %",
            "info: fetching r/a:1: 80 %",
            "info: fetching r/a:1: 100 %"});
    now.images.fetching.clear();
    now.images.failures = {{"r/a:1", 1, {errc::unavailable, "no route"}, 1500ms, true, {}}};
    CHECK(texts(narrate(told, now))
          == list{"warning: fetching r/a:1 failed: no route; next try in 1.5 s"});
    CHECK(texts(narrate(told, now)).empty());
    now.images.failures[0].count = 2;
    CHECK(texts(narrate(told, now)).size() == 1);
  }

  TEST_CASE("journal: a user's lock is told when it is found, and when it is gone") {
    story told;
    auto now = with_engine();
    narrate(told, now);
    now.waits = {{wait_reason::kind::lock, {2}, "service:2/web", "locked by /tmp/x"},
      {wait_reason::kind::dependency, {2}, "service:2/db", "not for the log"}};
    CHECK(texts(narrate(told, now)) == list{"info: service:2/web waits: locked by /tmp/x"});
    CHECK(texts(narrate(told, now)).empty());
    now.waits.clear();
    CHECK(texts(narrate(told, now)) == list{"info: service:2/web waits for no lock any more"});
    now.waits = {{wait_reason::kind::lock, {2}, "locks:2", "web holds it"}};
    now.locks = {{.app = {2}, .held = {{{2}, {"web"}, "/tmp/x", {}}}, .pause = 2s}};
    CHECK(
      texts(narrate(told, now))
      == list{"info: Updates are locked, retrying in 2s. Reason: Lockfile exists for { appId: 2, "
              "service: web }; web holds it"});
    now.locks.front().pause = 4s; // tried again, with the same result
    CHECK(texts(narrate(told, now)).empty());
    now.waits.clear();
    CHECK(texts(narrate(told, now)) == list{"info: locks:2 waits for no lock any more"});
  }

  TEST_CASE("journal: a problem with the target, and what of it is not followed") {
    story told;
    auto now = with_engine();
    narrate(told, now);
    now.problem = "line 3: no";
    now.warnings = {"line 4: `x` is ignored"};
    CHECK(texts(narrate(told, now))
          == list{"error: line 3: no; the state before stands",
            "warning: target: line 4: `x` is ignored"});
    CHECK(texts(narrate(told, now)).empty());
  }

  TEST_CASE("journal: releases and services that cannot run here are told once, in known words") {
    story told;
    auto now = with_engine();
    narrate(told, now);
    target_app shop;
    shop.name = "shop";
    shop.rejected = rejection{{70}, {"c70"}, "Services with unmet requirements: db, web"};
    target_app farm;
    farm.name = "farm";
    farm.left_out = {{"cam"}, {"lidar"}};
    now.target.apps = {shop, farm};
    CHECK(texts(narrate(told, now))
          == list{"warning: Some releases were rejected due to having unmet requirements:",
            "warning:   shop: Services with unmet requirements: db, web",
            "warning: Not running containers because of contract violations: cam. lidar"});
    CHECK(texts(narrate(told, now)).empty());
    now.target.apps.clear();
    CHECK(texts(narrate(told, now)).empty());
  }

  TEST_CASE("journal: steps") {
    step_note note{step_note::kind::began, "start", "service:2/web", "start web (none)", {}, {}};
    CHECK(texts(narrate(note)) == list{"info: start web (none)"});
    note.what = step_note::kind::done;
    CHECK(texts(narrate(note)) == list{"debug: done: start web (none)"});
    note.what = step_note::kind::failed;
    note.why = {errc::conflict, "port 80 is taken"};
    note.pause = 90s;
    CHECK(texts(narrate(note))
          == list{"warning: failed: start web (none): port 80 is taken; next try in 2 min"});
    note = {step_note::kind::began, "takeLock", "locks:2", "takeLock", {}, {}};
    CHECK(texts(narrate(note)) == list{"debug: takeLock"});
  }

  TEST_CASE(
    "journal: children that go down, hang and come back; nothing at the start and the end") {
    story told;
    health now;
    now.children = {{"engine", child_state::up, 1, "", {}}};
    CHECK(texts(narrate(told, now)).empty());
    now.children[0] = {"engine", child_state::down, 1, "no more", {}};
    CHECK(texts(narrate(told, now)) == list{"warning: part 'engine' went down: no more"});
    now.children[0] = {"engine", child_state::up, 2, "no more", {}};
    CHECK(texts(narrate(told, now)) == list{"info: part 'engine' was started again"});
    now.children[0].state = child_state::stuck;
    CHECK(texts(narrate(told, now)) == list{"error: part 'engine' hangs: no more"});
    now.children[0].state = child_state::abandoned;
    CHECK(texts(narrate(told, now)) == list{"error: part 'engine' cannot be kept alive: no more"});
    now.stopping = true;
    now.children[0].state = child_state::down;
    CHECK(texts(narrate(told, now)).empty());
  }

  TEST_CASE("journal: what the store lost, and where the damaged file is") {
    store::store_facts found;
    found.path = "/d/copal.sqlite";
    found.created = true;
    CHECK(texts(narrate(found)).empty());
    found.set_aside_as = "/d/copal.sqlite.corrupt-1";
    found.why = "no database";
    found.dropped = {"the target: no JSON"};
    CHECK(texts(narrate(found))
          == list{"warning: the store /d/copal.sqlite could not be used (no database); it was set "
                  "aside as /d/copal.sqlite.corrupt-1, and an empty one begun",
            "warning: the store /d/copal.sqlite lost the target: no JSON"});
  }

  TEST_CASE("journal: what the store took from an older supervisor's database, or why it did not") {
    store::store_facts found;
    found.taken_over = "2 image rows, 1 commit and 0 API keys from /data/database.sqlite";
    CHECK(
      texts(narrate(found))
      == list{"info: took over 2 image rows, 1 commit and 0 API keys from /data/database.sqlite"});
    found.taken_over.clear();
    found.not_taken_over = "/data/database.sqlite: file is not a database";
    CHECK(texts(narrate(found))
          == list{"warning: nothing was taken over from the database of an older supervisor, "
                  "/data/database.sqlite: file is not a database; its images are found by what the "
                  "engine shows"});
  }

  TEST_CASE("journal: durations for people") {
    CHECK(duration_text(0ms) == "0 ms");
    CHECK(duration_text(999ms) == "999 ms");
    CHECK(duration_text(1000ms) == "1 s");
    CHECK(duration_text(59'960ms) == "59.9 s");
    CHECK(duration_text(90s) == "2 min");
    CHECK(duration_text(15min) == "15 min");
  }

  TEST_CASE("journal: the target's file is told when it is accepted, and when it cannot be") {
    story told;
    target_source_state now;
    now.path = "/shop/compose.yaml";
    now.project = "shop";
    CHECK(texts(narrate(told, now)).empty());
    now.accepted = wall_time{1s};
    now.commit.value = "0123456789abcdef";
    now.warnings = {"/shop/compose.yaml:3: the variable TAG is not set"};
    CHECK(texts(narrate(told, now))
          == list{"warning: /shop/compose.yaml:3: the variable TAG is not set",
            "info: the target is /shop/compose.yaml (project shop, release 0123456)"});
    CHECK(texts(narrate(told, now)).empty());
    now.problem = "/shop/compose.yaml:5: no";
    CHECK(texts(narrate(told, now)) == list{"error: /shop/compose.yaml:5: no"});
    CHECK(texts(narrate(told, now)).empty());
    now.problem.clear(); // as it was accepted before
    CHECK(texts(narrate(told, now))
          == list{"info: the target is /shop/compose.yaml (project shop, release 0123456)"});
    now.accepted = wall_time{2s}; // the same once more
    CHECK(texts(narrate(told, now)).empty());
  }
}

} // namespace
} // namespace copal::journal_parts
