#include "actors/root/root.hpp"
#include "tests/actors/root/family.hpp"

#include <string>
#include <vector>

#include <caf/exit_reason.hpp>
#include <caf/send.hpp>
#include <doctest/doctest.h>

namespace copal {
namespace {

using namespace std::chrono_literals;
using test::ask;
using test::family;
using test::virtual_system;

using lines = std::vector<std::string>;

constexpr restart_budget plenty{100, 10min, 1s, 1min, 1min};

struct fixture {
  fixture() {
    w.settle();
    f.log->lines.clear();
  }

  /// Stops, and returns how long it took.
  virtual_system::duration stop() {
    const auto begin = w.now();
    caf::anon_send(f.root, stop_all{});
    CHECK(w.run_until([this] { return f.end->has_value(); }, 1h));
    return w.now() - begin;
  }

  virtual_system w{1};
  family f{w, 3, plenty};
};

TEST_SUITE("root") {
  TEST_CASE("stop: the children end in reverse order, then the root normally") {
    fixture x;
    CHECK(x.stop() == 0s);
    CHECK(x.f.log->lines == lines{"conductor 1 ends", "engine 1 ends", "store 1 ends"});
    CHECK(exit_code_of(**x.f.end) == exit_code::stopped);
    // Nobody asks in vain.
    auto a = ask(x.w, x.f.toys[0], timer_due{1});
    x.w.settle();
    CHECK(a.failed_with(errc::unavailable));
  }

  TEST_CASE("stop: an exit message is one, too") {
    fixture x;
    caf::anon_send_exit(x.f.root, caf::exit_reason::user_shutdown);
    x.w.settle();
    CHECK(x.f.log->lines.size() == 3);
    CHECK(exit_code_of(**x.f.end) == exit_code::stopped);
  }

  TEST_CASE("stop: a child that does not want to end is killed after its bound") {
    fixture x;
    x.f.log->stubborn["engine"] = true;
    CHECK(x.stop() == 2s);
    CHECK(
      x.f.log->lines == lines{"conductor 1 ends", "engine 1 does not want to end", "store 1 ends"});
    CHECK(exit_code_of(**x.f.end) == exit_code::stopped);
  }

  TEST_CASE("stop: a child that hangs is left behind") {
    fixture x;
    x.w.freeze(x.w.running("engine").at(0));
    CHECK(x.stop() == 2500ms);
    CHECK(x.f.log->lines == lines{"conductor 1 ends", "store 1 ends"});
    CHECK(exit_code_of(**x.f.end) == exit_code::child_hangs);
  }

  TEST_CASE("stop: its bound holds even when every child hangs") {
    fixture x;
    for (const auto* name : test::toy_names) {
      for (const auto& actor : x.w.running(name))
        x.w.freeze(actor);
    }
    CHECK(x.stop() == 7500ms);
    CHECK(exit_code_of(**x.f.end) == exit_code::child_hangs);
  }

  TEST_CASE("stop: the health is told all the time") {
    fixture x;
    x.w.freeze(x.w.running("engine").at(0));
    caf::anon_send(x.f.root, stop_all{});
    x.w.run_for(1s);
    const auto now = x.f.look();
    CHECK(now.stopping);
    CHECK_FALSE(now.healthy);
    CHECK(now.children[1].state == child_state::up);
    CHECK(now.children[2].state == child_state::down);
  }

  TEST_CASE("stop: a child that dies meanwhile is not restarted") {
    fixture x;
    x.w.freeze(x.w.running("engine").at(0));
    caf::anon_send(x.f.root, stop_all{});
    x.w.kill_before("store", 1);
    auto a = ask(x.w, x.f.toys[0], timer_due{1});
    x.w.run_for(1s);
    CHECK(x.f.look("store").state == child_state::down);
    x.w.run_for(1500ms);
    CHECK(x.f.end->has_value());
    CHECK(x.f.log->lines == lines{"conductor 1 ends"});
  }

  TEST_CASE("stop: a child that waits for its restart stays down") {
    fixture x;
    x.w.kill_before("store", 1);
    auto a = ask(x.w, x.f.toys[0], timer_due{1});
    x.w.settle();
    x.f.log->stubborn["engine"] = true;
    CHECK(x.stop() == 2s);
    x.w.run_for(1min);
    CHECK_FALSE(x.f.log->has("store 2 starts"));
  }

  TEST_CASE("stop: a second word changes nothing") {
    fixture x;
    x.f.log->stubborn["engine"] = true;
    caf::anon_send(x.f.root, stop_all{});
    x.w.run_for(1s);
    CHECK(x.stop() == 1s);
  }

  TEST_CASE("stop: the root's end has a code of its own for each reason") {
    const struct {
      const char* name;
      caf::error reason;
      exit_code expected;
    } rows[] = {
      {"stopped", caf::exit_reason::normal, exit_code::stopped},
      {"no reason", {}, exit_code::stopped},
      {"a budget", to_caf({errc::exhausted, "engine"}), exit_code::budget_used_up},
      {"another error of ours", to_caf({errc::internal, "?"}), exit_code::root_failed},
      {"it threw", caf::sec::runtime_error, exit_code::root_failed},
      {"it was killed", caf::exit_reason::kill, exit_code::root_failed},
    };
    for (const auto& row : rows) {
      CAPTURE(row.name);
      CHECK(exit_code_of(row.reason) == row.expected);
    }
  }
}

} // namespace
} // namespace copal
