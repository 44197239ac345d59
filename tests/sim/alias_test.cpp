// Images that go by several names: a tag and its digest, one digest in two repositories, and what
// the Node supervisor called them. `SIM_SEED=n` replays one run.

#include "tests/sim/chaos.hpp"
#include "tests/sim/checks.hpp"
#include "tests/sim/targets.hpp"
#include "tests/support/seeds.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace copal::test {
namespace {

/// What the journal said of removals that were refused.
std::vector<std::string> refused_removals(const simulated_device& device) {
  std::vector<std::string> out;
  for (const auto& line : device.said) {
    if (line.level == log_level::warning && line.text.starts_with("failed: removeImage"))
      out.push_back(line.text);
  }
  return out;
}

/// What v19 leaves of an image that it has fetched by digest, and what the store makes of it.
void leave_as_v19(simulated_device& device, const std::string& by_digest) {
  auto& world = *device.world;
  REQUIRE(world.pull_image(by_digest));
  const auto latest = by_digest.substr(0, by_digest.find('@')) + ":latest";
  const auto it = std::find_if(world.images.begin(), world.images.end(), [&](const auto& entry) {
    return entry.second.image.digests.contains(by_digest);
  });
  it->second.image.tags.insert(latest);
  for (const auto* name : {&by_digest, &latest}) {
    image_row row;
    row.name = *name;
    row.app = app_id{1};
    row.engine_id = it->first;
    row.ours = true;
    if (name == &by_digest) {
      row.service = service_id{11};
      row.used_by = service_name{"web"};
      row.commit = commit_id{"old"};
    }
    device.disk->rows.push_back(row);
  }
  std::sort(device.disk->rows.begin(), device.disk->rows.end());
}

TEST_SUITE("sim") {
  TEST_CASE("sim: an image that a release names otherwise stays, and nothing is refused") {
    for (const auto seed : seeds(150)) {
      CAPTURE(seed);
      simulated_device device{seed};
      auto& random = device.system.random();
      device.listens = true;
      publish_images(*device.world);
      const auto others = strangers::move_into(*device.world);
      device.start();
      auto target = draw_target(random);
      for (auto release = 0; release < 6; ++release) {
        target = respelled(random, target, *device.world);
        REQUIRE(device.insist_on(target));
        check_at_target(device);
        target = draw_next_target(random, target);
      }
      check_quiet(device);
      const auto refused = refused_removals(device);
      CHECK_MESSAGE(refused.empty(), join(refused));
      REQUIRE(device.insist_on(no_apps()));
      check_at_target(device);
      CHECK_MESSAGE(device.disk->rows.empty(), "with the last of its names an image goes");
      const auto harmed = others.harmed(*device.world);
      CHECK_MESSAGE(harmed.empty(), join(harmed));
    }
  }

  TEST_CASE("sim: whatever fails, no name of an image is lost, and none is left over") {
    for (const auto seed : seeds(200)) {
      CAPTURE(seed);
      simulated_device device{seed};
      auto& random = device.system.random();
      publish_images(*device.world);
      const auto others = strangers::move_into(*device.world);
      device.faults->rates = draw_rates(random);
      device.start();
      auto target = draw_target(random);
      for (auto release = random.between(2, 5); release > 0; --release) {
        target = respelled(random, target, *device.world);
        (void)device.send_target(target);
        live_through(device, random.between(1, 4));
        target = draw_next_target(random, target);
      }
      end_troubles(device);
      REQUIRE(device.insist_on(respelled(random, target, *device.world)));
      check_at_target(device);
      check_quiet(device);
      REQUIRE(device.insist_on(no_apps()));
      check_at_target(device);
      const auto harmed = others.harmed(*device.world);
      CHECK_MESSAGE(harmed.empty(), join(harmed));
    }
  }

  TEST_CASE(
    "sim: images that the Node supervisor has fetched and tagged go when nobody needs them") {
    for (const auto seed : seeds(50)) {
      CAPTURE(seed);
      simulated_device device{seed};
      auto& random = device.system.random();
      publish_images(*device.world);
      std::vector<std::string> pinned;
      for (const auto& [name, one] : device.world->registry) {
        if (name.find('@') != std::string::npos)
          pinned.push_back(name);
      }
      leave_as_v19(device, random.pick(pinned));
      const auto id = device.disk->rows.front().engine_id;
      device.start();
      auto target = draw_target(random);
      for (auto release = 0; release < 4; ++release) {
        target = respelled(random, target, *device.world);
        REQUIRE(device.insist_on(target));
        check_at_target(device);
        target = draw_next_target(random, target);
      }
      REQUIRE(device.insist_on(no_apps()));
      check_at_target(device);
      CHECK_FALSE(device.world->images.contains(id));
      CHECK(device.disk->rows.empty());
    }
  }
}

} // namespace
} // namespace copal::test
