// What `copal plan` tells beforehand is what the conductor does. `SIM_SEED=n` replays one run.

#include "actors/planning/foresee/foresee.hpp"

#include "tests/sim/checks.hpp"
#include "tests/sim/device.hpp"
#include "tests/sim/targets.hpp"
#include "tests/support/seeds.hpp"

#include <algorithm>
#include <chrono>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

namespace copal::test {
namespace {

/// By what is worked on, in order: {"web": {"kill", "start"}}. Reasons are left out, and the locks:
/// how often they are taken depends on which answer comes first.
using work = std::map<std::string, std::vector<std::string>>;

void add(work& to, std::string line) {
  line = line.substr(0, line.find(" ("));
  const auto space = line.find(' ');
  const auto action = line.substr(0, space);
  if (action == "takeLock" || action == "releaseLock" || space == std::string::npos)
    return;
  to[line.substr(space + 1)].push_back(action);
}

/// The steps that the journal told of, from a place on.
work work_told(const std::vector<log_line>& said, std::size_t from) {
  constexpr const char* actions[] = {"fetch ",
    "saveImage ",
    "removeImage ",
    "install ",
    "start ",
    "stop ",
    "kill ",
    "remove ",
    "handover ",
    "awaitHandover ",
    "updateMetadata ",
    "createNetwork ",
    "removeNetwork ",
    "createVolume ",
    "removeVolume ",
    "ensureExtraFirmwareVolume ",
    "updateCommit"};
  work out;
  for (auto i = from; i < said.size(); ++i) {
    const auto& text = said[i].text;
    if (said[i].level == log_level::info
        && std::any_of(std::begin(actions), std::end(actions), [&text](const char* action) {
             return text.starts_with(action);
           }))
      add(out, text);
  }
  return out;
}

/// Two apps may each have a service of that name, and do not wait for each other: then only what is
/// done to them counts, not in which order.
std::string shown(work what, bool has_two_apps) {
  std::string out;
  for (auto& [object, actions] : what) {
    if (has_two_apps)
      std::sort(actions.begin(), actions.end());
    out += object + ':';
    for (const auto& action : actions)
      out += ' ' + action;
    out += '\n';
  }
  return out;
}

/// Whether a service can be handed over where another one has its port depends on who has ended by
/// then: one that was foreseen to be replaced may be handed over, and the other way round.
std::size_t forgive_hand_overs(work& told, work& foreseen) {
  const auto has = [](const std::vector<std::string>& actions, const char* one) {
    return std::find(actions.begin(), actions.end(), one) != actions.end();
  };
  std::size_t forgiven = 0;
  for (auto& [object, actions] : told) {
    auto& other = foreseen[object];
    // A new one that has ended by itself before it was waited for, or not: nothing is waited for
    // then.
    if (has(actions, "handover") && has(other, "handover")
        && has(actions, "awaitHandover") != has(other, "awaitHandover")) {
      ++forgiven;
      std::erase(actions, "awaitHandover");
      std::erase(other, "awaitHandover");
    }
    // One that was begun and given up for that, or not.
    if (has(actions, "handover") && has(other, "handover") && actions != other
        && std::is_permutation(actions.begin(), actions.end(), other.begin(), other.end())) {
      ++forgiven;
      other = actions;
    }
    if (has(actions, "handover") == has(other, "handover") || !has(actions, "kill")
        || !has(other, "kill"))
      continue;
    ++forgiven;
    for (auto* x : {&actions, &other}) {
      std::erase(*x, "handover");
      std::erase(*x, "awaitHandover");
      std::sort(x->begin(), x->end());
    }
  }
  std::erase_if(foreseen, [](const auto& entry) { return entry.second.empty(); });
  return forgiven;
}

bool has_two_apps(const planning::situation& s) {
  std::set<app_id> apps;
  for (const auto& app : s.target.apps)
    apps.insert(app.id);
  for (const auto& c : s.engine.containers)
    apps.insert(c.who.app);
  return apps.size() > 1;
}

TEST_SUITE("sim") {
  TEST_CASE("sim: without faults the conductor does what was foreseen, and nothing else") {
    std::size_t steps = 0;
    std::size_t ordered = 0;
    std::size_t forgiven = 0;
    const auto all = seeds(60);
    for (const auto seed : all) {
      CAPTURE(seed);
      simulated_device device{seed};
      device.listens = true;
      device.files->says_after = [](const auto&) { return std::chrono::milliseconds{500}; };
      publish_images(*device.world);
      device.start();
      auto target = draw_target(device.system.random());
      REQUIRE(device.insist_on(target));
      check_at_target(device);
      for (auto release = 0; release < 4; ++release) {
        const auto now = device.where();
        const auto os = device.files->os;
        const auto told_before = device.said.size();
        target = draw_next_target(device.system.random(), target);
        REQUIRE(device.insist_on(target));
        check_at_target(device);
        planning::situation s;
        s.engine = now.engine;
        s.images = now.images;
        s.commits = now.commits;
        s.os = os;
        s.target = device.where().target;
        const auto ahead = planning::foresee(s);
        REQUIRE(ahead.reached);
        work foreseen;
        for (const auto& one : ahead.steps)
          add(foreseen, to_string(one.what));
        steps += ahead.steps.size();
        const auto mixed = has_two_apps(s);
        ordered += mixed ? 0 : ahead.steps.size();
        auto told = work_told(device.said, told_before);
        forgiven += forgive_hand_overs(told, foreseen);
        CHECK(shown(told, mixed) == shown(foreseen, mixed));
      }
    }
    if (all.size() > 20) { // Most releases have something to do, many of them of one app.
      CHECK(steps > all.size());
      CHECK(ordered > all.size());
      CHECK(forgiven < steps / 100);
    }
  }
}

} // namespace
} // namespace copal::test
