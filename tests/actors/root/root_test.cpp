#include "actors/root/root.hpp"

#include "tests/actors/root/family.hpp"
#include "tests/support/print.hpp"
#include "tests/support/seeds.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

namespace copal {
namespace {

using namespace std::chrono_literals;
using test::ask;
using test::family;
using test::toy_names;
using test::virtual_system;

/// More than a test uses up.
constexpr restart_budget plenty{100, 10min, 1s, 1min, 1min};

TEST_SUITE("root") {
  TEST_CASE("root: a child that dies is restarted, and its handle still works") {
    virtual_system w{1};
    family f{w, 3, plenty};
    w.settle();
    CHECK(f.look().healthy);
    w.kill_before("engine", 1);
    auto lost = ask(w, f.toys[1], timer_due{7});
    w.settle();
    CHECK(lost.failed_with(errc::unavailable));
    CHECK(lost.took() == 0s);
    CHECK_FALSE(f.look().healthy);
    CHECK(f.look("engine").state == child_state::down);
    w.run_for(1s);
    CHECK(f.look().healthy);
    CHECK(f.look("engine").incarnation == 2);
    auto again = ask(w, f.toys[1], timer_due{7});
    w.settle();
    CHECK(again.get() == relay_counts{7, 2, 0, 0});
  }

  TEST_CASE("root: whichever child is killed at whichever message, everybody is answered") {
    for (const std::string victim : {"store", "engine", "conductor"}) {
      for (std::uint64_t k = 1;; ++k) {
        CAPTURE(victim);
        CAPTURE(k);
        virtual_system w{k};
        w.kill_before(victim, k);
        family f{w, 3, plenty};
        std::vector<test::answer<relay_counts>> answers;
        for (int round = 0; round < 3; ++round) {
          for (const auto& toy : f.toys)
            answers.push_back(ask(w, toy, timer_due{1}));
          w.settle();
        }
        const bool reached = w.messages(victim) >= k;
        w.run_for(1s);
        for (const auto& a : answers) {
          REQUIRE(a.there());
          CHECK((a.get().has_value() || a.failed_with(errc::unavailable)));
        }
        w.run_for(10s);
        CHECK(f.look().healthy);
        CHECK(f.look(victim).incarnation == (reached ? 2 : 1));
        if (!reached) {
          CHECK(k > 6);
          break;
        }
        for (const auto& toy : f.toys) {
          auto a = ask(w, toy, timer_due{2});
          w.settle();
          CHECK(a.get().has_value());
        }
      }
    }
  }

  TEST_CASE("root: a child wakes up only when its own relay, and the others', point to it") {
    for (const auto seed : test::seeds(200)) {
      CAPTURE(seed);
      virtual_system w{seed};
      family f{w, 4, plenty};
      w.settle();
      for (const std::string name : toy_names)
        CHECK(f.log->count(name + " 1 meets its neighbour") == 1);
      // Alone, its neighbour is it itself.
      virtual_system lonely{seed};
      family g{lonely, 1, plenty};
      lonely.settle();
      for (int i = 2; i < 6; ++i) {
        lonely.kill_before("store", 1);
        auto a = ask(lonely, g.toys[0], timer_due{1});
        lonely.run_for(2min);
        CHECK(g.log->count("store " + std::to_string(i) + " meets its neighbour") == 1);
      }
    }
  }

  TEST_CASE("root: pauses grow, incarnations rise, and the reason is told") {
    virtual_system w{1};
    family f{w, 2, plenty};
    w.settle();
    const std::chrono::seconds pauses[] = {1s, 2s, 4s, 8s};
    std::uint64_t incarnation = 1;
    for (const auto pause : pauses) {
      w.kill_before("engine", 1);
      auto a = ask(w, f.toys[1], timer_due{1});
      w.run_for(pause - 1ms);
      CHECK(f.look("engine").state == child_state::down);
      CHECK(f.look("engine").incarnation == incarnation);
      w.run_for(1ms);
      CHECK(f.look("engine").state == child_state::up);
      CHECK(f.look("engine").incarnation == ++incarnation);
    }
    CHECK(f.look("engine").last_error.find("kill") != std::string::npos);
    CHECK(f.look("store").last_error.empty());
    CHECK(f.look("store").incarnation == 1);
  }

  TEST_CASE("root: a child that cannot be started is tried again") {
    virtual_system w{1};
    family f{w, 3, plenty};
    f.log->failing_starts["engine"] = 2; // null first, then it throws
    w.settle();
    CHECK(f.look("engine").state == child_state::down);
    CHECK(f.look("engine").last_error == "it was not started");
    CHECK(f.log->has("store 1 wakes up"));
    w.run_for(1s);
    CHECK(f.look("engine").last_error == "its start failed: no room");
    w.run_for(2s);
    CHECK(f.look().healthy);
    CHECK(f.look("engine").incarnation == 3);
    CHECK(f.log->has("engine 3 meets its neighbour"));
  }

  TEST_CASE("root: a used-up budget ends everything in order, with its own exit code") {
    virtual_system w{1};
    family f{w, 3, {2, 1min, 1s, 1min, 1min}};
    w.settle();
    f.log->failing_starts["engine"] = 100;
    w.kill_before("engine", 1);
    auto a = ask(w, f.toys[1], timer_due{1});
    w.run_for(2900ms);
    CHECK_FALSE(f.end->has_value());
    w.run_for(200ms);
    REQUIRE(f.end->has_value());
    CHECK(exit_code_of(**f.end) == exit_code::budget_used_up);
    CHECK(from_caf(**f.end).what == "engine used up its restarts: its start failed: no room");
    CHECK(f.log->lines[f.log->lines.size() - 2] == "conductor 1 ends");
    CHECK(f.log->lines.back() == "store 1 ends");
  }

  TEST_CASE("root: without a budget the first death ends the process") {
    virtual_system w{1};
    family f{w, 2, {0, 1min, 1s, 1min, 1min}};
    w.settle();
    w.kill_before("store", 1);
    auto a = ask(w, f.toys[0], timer_due{1});
    w.settle();
    REQUIRE(f.end->has_value());
    CHECK(exit_code_of(**f.end) == exit_code::budget_used_up);
    CHECK(f.log->has("engine 1 ends"));
  }

  TEST_CASE("root: without a budget a failing start ends the process, too") {
    virtual_system w{1};
    family f{w, 3, {0, 1min, 1s, 1min, 1min}};
    f.log->failing_starts["store"] = 1;
    w.settle();
    REQUIRE(f.end->has_value());
    CHECK(exit_code_of(**f.end) == exit_code::budget_used_up);
    CHECK(f.log->lines.empty());
  }

  TEST_CASE("root: a child that does not answer its probe is cut off, killed and restarted") {
    virtual_system w{1};
    const root_config config;
    family f{w, 3, plenty, config};
    w.settle();
    f.log->silent["engine"] = true;
    w.run_for(2 * config.probe_period - 1ms);
    CHECK(f.look().healthy);
    w.run_for(1ms);
    CHECK_FALSE(f.look().healthy);
    CHECK(f.look("engine").last_error == "it did not answer its probe");
    f.log->silent["engine"] = false;
    w.run_for(1s);
    CHECK(f.look().healthy);
    CHECK(f.look("engine").incarnation == 2);
    w.run_for(10min);
    CHECK(f.look("engine").incarnation == 2);
  }

  TEST_CASE("root: a child that not even a kill ends stays stuck, and nobody waits for it") {
    virtual_system w{1};
    const root_config config;
    family f{w, 3, plenty, config};
    w.settle();
    w.freeze(w.running("engine").at(0));
    auto before = ask(w, f.toys[1], timer_due{1});
    w.run_for(2 * config.probe_period);
    CHECK(before.failed_with(errc::unavailable));
    CHECK(f.look("engine").state == child_state::stuck);
    auto after = ask(w, f.toys[1], timer_due{1});
    w.run_for(1h);
    CHECK(after.failed_with(errc::unavailable));
    CHECK(after.took() == 0s);
    CHECK_FALSE(f.look().healthy);
    CHECK(f.look("engine").state == child_state::stuck);
    CHECK(f.look("engine").incarnation == 1);
    CHECK(f.look("store").state == child_state::up);
    w.thaw_all();
    w.run_for(2s);
    CHECK(f.look().healthy);
    CHECK(f.look("engine").incarnation == 2);
  }

  TEST_CASE("root: a child that is killed as stuck over and over uses up its budget") {
    virtual_system w{1};
    family f{w, 2, {2, 10min, 1s, 1min, 1min}};
    w.settle();
    f.log->silent["engine"] = true;
    w.run_for(5min);
    REQUIRE(f.end->has_value());
    CHECK(exit_code_of(**f.end) == exit_code::budget_used_up);
  }

  TEST_CASE("root: dropped and orphaned messages show in the health") {
    virtual_system w{1};
    family f{w, 2, plenty};
    w.settle();
    w.kill_before("engine", 1);
    auto a = ask(w, f.toys[1], timer_due{1});
    w.settle();
    for (int i = 0; i < 5; ++i)
      caf::anon_send(f.toys[1], stop_all{});
    w.run_for(1s);
    CHECK(f.look("engine").counts == relay_counts{5, 0, 1, 0});
    CHECK(f.log->told["engine"] == 0);
    caf::anon_send(f.toys[1], stop_all{});
    w.run_for(1min);
    CHECK(f.log->told["engine"] == 1);
  }

  TEST_CASE("root: every change of a child is told to the watcher") {
    virtual_system w{1};
    root_config config;
    std::vector<std::string> told;
    std::map<std::string, std::string> known;
    config.watchers.push_back(
      w.actors().spawn([&told, &known]() -> health_sink_actor::behavior_type {
        return {[&told, &known](const health& now) {
          for (const auto& x : now.children) {
            auto line = x.name + ' ' + std::to_string(x.incarnation) + ' ' + to_string(x.state);
            if (std::exchange(known[x.name], line) != line && x.incarnation > 0)
              told.push_back(std::move(line));
          }
        }};
      }));
    family f{w, 2, {1, 1min, 1s, 1min, 1min}, config};
    w.settle();
    for (int i = 0; i < 2; ++i) {
      w.kill_before("engine", 1);
      auto a = ask(w, f.toys[1], timer_due{1});
      w.run_for(1s);
    }
    CHECK(told
          == std::vector<std::string>{"store 1 up",
            "engine 1 up",
            "engine 1 down",
            "engine 2 up",
            "engine 2 abandoned",
            "store 1 down"});
  }

  TEST_CASE("root: at rest nothing is said but the probes") {
    virtual_system w{1};
    family f{w, 3, plenty};
    w.run_for(1min);
    const auto before = w.messages();
    w.run_for(15min);
    // A minute has three rounds: the timer, and a question and an answer with each child and relay.
    CHECK(w.messages() - before == 15 * 3 * (1 + 3 * 4));
  }
}

} // namespace
} // namespace copal
