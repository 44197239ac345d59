#include "actors/journal/narrate_containers.hpp"

#include <functional>

#include <doctest/doctest.h>

namespace copal::journal_parts {
namespace {

using list = std::vector<std::string>;

/// One container, and what is told as it changes.
struct tale {
  told_containers told;
  progress now;

  tale() {
    now.engine.complete = true;
    supervised_container c;
    c.who.name.value = "db";
    c.what.id.value = "1";
    c.what.state = container_state::running;
    now.engine.containers = {c};
    (void)after([](auto&) {});
  }

  list after(const std::function<void(supervised_container&)>& change) {
    change(now.engine.containers[0]);
    std::vector<log_line> lines;
    tell_containers(told, now, lines);
    list out;
    for (const auto& line : lines)
      out.push_back(to_string(line.level) + ": " + line.text);
    return out;
  }
};

TEST_SUITE("journal: containers") {
  TEST_CASE("journal: health is told when it changes") {
    tale t;
    const auto is = [&t](health_state x, int failed) {
      return t.after([=](auto& c) {
        c.what.health = x;
        c.what.failed_checks = failed;
      });
    };
    CHECK(is(health_state::starting, 0).empty());
    CHECK(is(health_state::healthy, 0) == list{"info: db is healthy"});
    CHECK(is(health_state::healthy, 0).empty());
    CHECK(
      is(health_state::unhealthy, 3) == list{"warning: db is unhealthy: 3 checks failed in a row"});
    CHECK(is(health_state::unhealthy, 4).empty());
    CHECK(is(health_state::healthy, 0) == list{"info: db is healthy again"});
  }

  TEST_CASE("journal: restarts are told ever more rarely") {
    tale t;
    list told;
    for (int count = 1; count <= 1000; ++count) {
      for (auto& line : t.after([&](auto& c) {
             c.what.state = container_state::restarting;
             c.what.restart_count = count;
             c.what.exit_code = 1;
           }))
        told.push_back(std::move(line));
    }
    CHECK(told.size() == 10);
    CHECK(told.front() == "warning: db exited with code 1; the engine has restarted it 1 time");
    CHECK(told.back() == "warning: db exited with code 1; the engine has restarted it 512 times");
    // Somebody started it anew.
    CHECK(t.after([](auto& c) { c.what.restart_count = 0; }).empty());
    CHECK(t.after([](auto& c) { c.what.restart_count = 1; }).size() == 1);
  }

  TEST_CASE("journal: restarts from before the beginning are not told, later ones are") {
    tale t;
    t.told = {};
    CHECK(t.after([](auto& c) { c.what.restart_count = 3; }).empty());
    CHECK(t.after([](auto&) {}).empty());
    CHECK(t.after([](auto& c) { c.what.restart_count = 4; })
          == list{"warning: db has ended; the engine has restarted it 4 times"});
    CHECK(t.after([](auto& c) { c.what.restart_count = 5; }).size() == 1); // the 2nd since then
    CHECK(t.after([](auto& c) { c.what.restart_count = 6; }).empty());
  }

  TEST_CASE("journal: of one that was restarted, and runs, no code is told") {
    tale t;
    CHECK(t.after([](auto& c) {
      c.what.restart_count = 1;
      c.what.exit_code = 0; // As the engine shows of one that runs.
    }) == list{"warning: db has ended; the engine has restarted it 1 time"});
    CHECK(t.after([](auto& c) {
      c.what.restart_count = 2;
      c.what.state = container_state::restarting;
      c.what.exit_code = 7;
    }) == list{"warning: db exited with code 7; the engine has restarted it 2 times"});
  }

  TEST_CASE("journal: an end is told with its code, unless we bring it about") {
    const auto end = [](int code) {
      return [code](supervised_container& c) {
        c.what.state = container_state::exited;
        c.what.exit_code = code;
        c.what.finished += std::chrono::hours{1};
      };
    };
    CHECK(tale{}.after(end(0)) == list{"info: db exited with code 0"});
    CHECK(tale{}.after(end(3)) == list{"warning: db exited with code 3"});
    tale twice;
    (void)twice.after(end(3));
    CHECK(twice.after([](auto&) {}).empty());
    CHECK(twice.after(end(3)).size() == 1); // It ran in between, and was not seen to.
    tale stopped;
    stopped.now.running = {{{}, stop_container{{"1"}, {"db"}}, "the target wants it stopped"}};
    CHECK(stopped.after(end(143)).empty());
    stopped.now.running.clear();
    CHECK(stopped.after([](auto&) {}).empty());
  }

  TEST_CASE("journal: an end that was before the beginning is not told; a new job's is") {
    const auto job = [](const char* id) {
      supervised_container c;
      c.who.name.value = "job";
      c.what.id.value = id;
      c.what.state = container_state::exited;
      c.what.finished += std::chrono::hours{1};
      return c;
    };
    told_containers told;
    progress now;
    now.engine.complete = true;
    now.engine.containers = {job("old")};
    std::vector<log_line> lines;
    tell_containers(told, now, lines);
    CHECK(lines.empty());
    now.engine.containers.push_back(job("new"));
    tell_containers(told, now, lines);
    REQUIRE(lines.size() == 1);
    CHECK(lines[0].text == "job exited with code 0");
  }

  TEST_CASE("journal: lack of memory is told") {
    tale t;
    CHECK(t.after([](auto& c) { c.memory_kills = 1; })
          == list{"warning: a process of db was killed for lack of memory, 1 time so far"});
    CHECK(t.after([](auto&) {}).empty());
    CHECK(t.after([](auto& c) { c.memory_kills = 3; }).size() == 1);
    CHECK(t.after([](auto& c) { c.memory_kills = 5; }).empty());
    CHECK(t.after([](auto& c) {
      c.what.state = container_state::exited;
      c.what.finished += std::chrono::hours{1};
      c.what.exit_code = 137;
      c.what.oom_killed = true;
    }) == list{"warning: db exited with code 137, out of memory"});
  }

  TEST_CASE("journal: what has gone is forgotten, and nothing is told while the engine is away") {
    tale t;
    t.now.engine.complete = false;
    CHECK(t.after([](auto& c) { c.what.health = health_state::unhealthy; }).empty());
    t.now.engine.complete = true;
    t.now.engine.containers.clear();
    std::vector<log_line> lines;
    tell_containers(t.told, t.now, lines);
    CHECK(lines.empty());
    CHECK(t.told.all.empty());
  }
}

} // namespace
} // namespace copal::journal_parts
