// A child dies at every single message of an update, one run for each.

#include "tests/sim/chaos.hpp"
#include "tests/sim/checks.hpp"
#include "tests/sim/targets.hpp"

#include <algorithm>

#include <doctest/doctest.h>

namespace copal::test {

namespace {

/// The random source draws the same two releases in every run.
constexpr std::uint64_t seed = 11;

struct outcome {
  std::uint64_t messages = 0; ///< That the child took during the update.
  std::vector<std::string> wrong;
  std::vector<std::string> violations;
  bool settled = false;
  std::set<std::string> names; ///< Of all containers in the end.
};

/// An update from one release to another, in which `child` dies when it is about to take its k-th
/// message; 0: it does not.
outcome update_with_crash(
  const std::string& child, std::uint64_t k, const value& first, const value& second) {
  simulated_device device{seed};
  publish_images(*device.world);
  device.files->says_after = [](const auto&) { return std::chrono::seconds{3}; };
  device.start();
  outcome out;
  out.settled = device.insist_on(first) && device.run_until_settled(std::chrono::minutes{10});
  const auto before = device.system.messages(child);
  if (k > 0) {
    device.system.kill_before(child, k);
    ++device.faults->counts["crash of " + child];
  }
  out.settled = out.settled && device.insist_on(second);
  out.settled = out.settled && device.run_until_settled(std::chrono::minutes{30});
  out.messages = device.system.messages(child) - before;
  out.wrong = device.faults_against(device.where().target);
  out.violations = device.violations;
  for (const auto& [id, c] : device.world->containers)
    out.names.insert(c.name);
  return out;
}

outcome update_with_crash(const std::string& child, std::uint64_t k, std::uint64_t update) {
  random_source random{update};
  const auto first = draw_target(random);
  return update_with_crash(child, k, first, draw_target(random));
}

const std::vector<std::string> children{
  "conductor", "containers", "images", "keys", "api", "engine", "store", "host"};

/// The first drawn update that every child has a part in.
std::uint64_t update_of_all() {
  for (std::uint64_t update = 1; update < 100; ++update) {
    const auto has_part = [update](const std::string& child) {
      return update_with_crash(child, 0, update).messages > 0;
    };
    if (std::all_of(children.begin(), children.end(), has_part))
      return update;
  }
  FAIL("no update has a part for every child");
  return 0;
}

} // namespace

TEST_SUITE("sim") {
  TEST_CASE("sim: a crash of any child at any message changes nothing in the end") {
    const auto update = update_of_all();
    for (const auto& child : children) {
      const auto undisturbed = update_with_crash(child, 0, update);
      REQUIRE(undisturbed.settled);
      REQUIRE(undisturbed.wrong.empty());
      REQUIRE(undisturbed.messages > 0);
      for (std::uint64_t k = 1; k <= undisturbed.messages; ++k) {
        CAPTURE(child);
        CAPTURE(k);
        const auto crashed = update_with_crash(child, k, update);
        CHECK(crashed.settled);
        CHECK(crashed.wrong == undisturbed.wrong);
        CHECK_MESSAGE(crashed.violations.empty(), join(crashed.violations));
        CHECK(crashed.names == undisturbed.names);
      }
    }
  }

  TEST_CASE("sim: a crash of any child at any message of a hand-over changes nothing in the end") {
    const auto update = [](const std::string& child, std::uint64_t k) {
      return update_with_crash(child, k, handing_over(1), handing_over(2));
    };
    for (const auto& child : children) {
      const auto undisturbed = update(child, 0);
      REQUIRE(undisturbed.settled);
      REQUIRE(undisturbed.wrong.empty());
      for (std::uint64_t k = 1; k <= undisturbed.messages; ++k) {
        CAPTURE(child);
        CAPTURE(k);
        const auto crashed = update(child, k);
        CHECK(crashed.settled);
        CHECK(crashed.wrong.empty());
        CHECK_MESSAGE(crashed.violations.empty(), join(crashed.violations));
        CHECK(crashed.names == undisturbed.names);
      }
    }
  }

  TEST_CASE("sim: a power cut at any moment of an update changes nothing in the end") {
    const auto update = update_of_all();
    const auto undisturbed = update_with_crash("conductor", 0, update);
    for (auto at = std::chrono::milliseconds{0}; at < std::chrono::seconds{4};
         at += std::chrono::milliseconds{7}) {
      CAPTURE(at.count());
      simulated_device device{seed};
      publish_images(*device.world);
      device.start();
      random_source random{update};
      const auto first = draw_target(random);
      const auto second = draw_target(random);
      REQUIRE(device.insist_on(first));
      REQUIRE(device.run_until_settled(std::chrono::minutes{10}));
      (void)device.send_target(second);
      device.system.run_for(at);
      device.power_cut();
      device.start();
      // Nobody sends it again if it was accepted: it comes from the disk.
      if (at < std::chrono::milliseconds{200})
        REQUIRE(device.insist_on(second));
      CHECK(device.run_until_settled(std::chrono::minutes{30}));
      const auto wrong = device.faults_against(device.where().target);
      CHECK(wrong.empty());
      CHECK(device.violations.empty());
      std::set<std::string> names;
      for (const auto& [id, c] : device.world->containers)
        names.insert(c.name);
      CHECK(names == undisturbed.names);
    }
  }
}

} // namespace copal::test
