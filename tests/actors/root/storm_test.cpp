#include "tests/actors/root/family.hpp"
#include "tests/support/seeds.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace copal {
namespace {

using namespace std::chrono_literals;
using test::ask;
using test::family;
using test::toy_names;
using test::virtual_system;

constexpr restart_budget storm_proof{100000, 10min, 100ms, 2s, 10s};

bool is_toy(std::string_view name) {
  return std::find(std::begin(toy_names), std::end(toy_names), name) != std::end(toy_names);
}

/// Half a minute in which children die at any message. Returns the run's fingerprint.
std::uint64_t run_storm(std::uint64_t seed) {
  CAPTURE(seed);
  virtual_system w{seed};
  int kills = 0;
  auto& chance = w.random();
  w.before_job = [&](const test::job& next) {
    if (is_toy(next.name) && chance.percent(5)) {
      ++kills;
      w.kill(next.actor);
    }
  };
  family f{w, 4, storm_proof};
  std::vector<test::answer<relay_counts>> answers;
  for (int i = 0; i < 30; ++i) {
    answers.push_back(ask(w, chance.pick(f.toys), timer_due{1}));
    w.run_for(chance.between(0ms, 2s));
  }
  w.before_job = nullptr;
  w.run_for(1s);
  for (const auto& a : answers) {
    REQUIRE(a.there());
    CHECK((a.get().has_value() || a.failed_with(errc::unavailable)));
    CHECK(a.took() <= 1s);
  }
  w.run_for(1min);
  CHECK(f.look().healthy);
  std::uint64_t starts = 0;
  for (const auto* name : toy_names) {
    starts += f.look(name).incarnation;
    CHECK(w.running(name).size() == 1);
  }
  CHECK(starts <= 4 + static_cast<std::uint64_t>(kills));
  for (const auto& toy : f.toys) {
    auto a = ask(w, toy, timer_due{2});
    w.settle();
    CHECK(a.get().has_value());
  }
  return w.fingerprint();
}

TEST_SUITE("root") {
  TEST_CASE("storm: children that die at any message leave nobody waiting and come back") {
    for (const auto seed : test::seeds(1000))
      run_storm(seed);
  }

  TEST_CASE("storm: the same seed gives the same run") {
    for (const auto seed : test::seeds(20))
      CHECK(run_storm(seed) == run_storm(seed));
  }

  TEST_CASE("storm: a stop in the middle ends in time") {
    for (const auto seed : test::seeds(200)) {
      CAPTURE(seed);
      virtual_system w{seed};
      auto& chance = w.random();
      w.before_job = [&](const test::job& next) {
        if (is_toy(next.name) && chance.percent(10))
          w.kill(next.actor);
      };
      family f{w, 4, storm_proof};
      for (const auto* name : toy_names) {
        f.log->stubborn[name] = chance.percent(20);
        f.log->silent[name] = chance.percent(20);
      }
      w.run_for(chance.between(0s, 60s));
      caf::anon_send(f.root, stop_all{});
      CHECK(w.run_until([&] { return f.end->has_value(); }, 7500ms));
      CHECK(exit_code_of(f.end->value()) == exit_code::stopped);
    }
  }
}

} // namespace
} // namespace copal
