#include "actors/root/root.hpp"

#include "tests/actors/root/family.hpp"
#include "tests/support/seeds.hpp"

#include <doctest/doctest.h>

namespace copal {
namespace {

using namespace std::chrono_literals;
using test::ask;
using test::family;
using test::virtual_system;

const std::vector<const char*> three{"store", "engine", "conductor"};

TEST_SUITE("root") {
  TEST_CASE("root: a child that dies is restarted, and its handle still works") {
    virtual_system w{1};
    family f{w, three, {5, 10min, 1s, 1min, 1min}};
    w.settle();
    CHECK(f.look().healthy);
    CHECK(f.log->has("engine 1 meets its neighbour"));
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

  TEST_CASE("root: a stop ends the children in reverse order and the root normally") {
    virtual_system w{1};
    family f{w, three, {}};
    w.settle();
    f.log->lines.clear();
    caf::anon_send(f.root, stop_all{});
    w.settle();
    CHECK(f.log->lines
          == std::vector<std::string>{"conductor 1 ends", "engine 1 ends", "store 1 ends"});
    REQUIRE(f.end->has_value());
    CHECK(exit_code_of(**f.end) == exit_code::stopped);
  }
}

} // namespace
} // namespace copal
