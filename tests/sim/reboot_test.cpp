// A service that asks for a reboot before its new container is started, and the reboot.

#include "tests/sim/checks.hpp"
#include "tests/sim/device.hpp"
#include "tests/sim/targets.hpp"
#include "tests/support/seeds.hpp"

#include <algorithm>
#include <map>
#include <string>

#include <doctest/doctest.h>

namespace copal::test {
namespace {

target_document asking_for_reboot() {
  auto web = value::map({{"image", "registry.sim/app1:1"},
    {"labels", value::map({{"io.balena.update.requires-reboot", "1"}})}});
  return {dialect::compose,
    "compose.yaml",
    value::map({{"name", "sim"}, {"services", value::map({{"web", std::move(web)}})}})};
}

bool is_running(const simulated_device& device) {
  const auto& all = device.world->containers;
  return all.size() == 1 && all.begin()->second.state == container_state::running;
}

using namespace std::chrono_literals;

value service(std::int64_t id, bool asks) {
  auto labels = value::map({});
  if (asks)
    labels.set("io.balena.update.requires-reboot", "1");
  return value::map({
    {"id", id},
    {"image_id", 100 + id},
    {"image", "registry.sim/app0:1"},
    {"environment", value::map({})},
    {"labels", labels},
    {"composition", value::map({})},
  });
}

/// App 1 has `web`, which asks for a reboot; app 2 has `db`.
value two_apps_of_which_one_asks() {
  const auto app = [](std::int64_t id, value services) {
    const auto release = value::map({{"id", 1000 + id},
      {"services", std::move(services)},
      {"networks", value::map({})},
      {"volumes", value::map({})}});
    return value::map({{"id", id}, {"name", "app"}, {"releases", value::map({{"c1", release}})}});
  };
  const auto apps = value::map({
    {"fffffffffffffffffffffffffffffff1", app(1, value::map({{"web", service(11, true)}}))},
    {"fffffffffffffffffffffffffffffff2", app(2, value::map({{"db", service(21, false)}}))},
  });
  return value::map({{"aaaaaaaabbbbbbbbccccccccdddddddd",
    value::map({{"name", "sim"}, {"config", value::map({})}, {"apps", apps}})}});
}

user_lock lock_of_db() {
  return {app_id{2}, service_name{"db"}, "/locks/db", {}};
}

/// A device that can be rebooted. Nothing of what holds the reboot up is over by itself.
struct bench {
  explicit bench(std::uint64_t seed) : device(seed) {
    publish_images(*device.world);
    device.can_reboot = true;
    device.start();
  }

  [[nodiscard]] std::uint64_t accepted() const { return device.power->accepted; }

  [[nodiscard]] bool waits_with(const std::string& text) {
    const auto waits = device.where().waits;
    return std::any_of(waits.begin(), waits.end(), [&text](const wait_reason& w) {
      return w.text.find(text) != std::string::npos;
    });
  }

  /// It comes soon, and then the device is at its target, with one reboot more.
  void check_reboots() {
    const auto before = accepted();
    check_at_target(device);
    CHECK(accepted() == before + 1);
    CHECK_FALSE(device.files->boot.reboot);
    CHECK(device.files->own.empty());
  }

  simulated_device device;
};

TEST_SUITE("sim") {
  TEST_CASE("sim: what has had its reboot runs, however wrong the clock is") {
    simulated_device device{4};
    publish_images(*device.world);
    device.start();
    REQUIRE(device.insist_on(asking_for_reboot()));
    device.system.run_for(std::chrono::hours{5});
    REQUIRE(device.world->containers.size() == 1);
    CHECK_FALSE(is_running(device));
    REQUIRE(device.files->boot.reboot);
    CHECK(device.files->boot.noted.size() == 1);
    // By its clock the container was made after this boot, too.
    device.reboot();
    device.files->boot.at = wall_time{};
    device.system.run_for(std::chrono::minutes{6});
    CHECK(is_running(device));
    CHECK_FALSE(device.files->boot.reboot);
  }

  TEST_CASE("sim: a reboot that is required comes, and what waited for it runs then") {
    for (const auto seed : seeds(20)) {
      CAPTURE(seed);
      bench b{seed};
      REQUIRE(b.device.insist_on(two_apps_of_which_one_asks()));
      b.check_reboots();
      check_quiet(b.device);
      CHECK(b.accepted() == 1);
    }
  }

  TEST_CASE("sim: a service that is handed over and asks for a reboot gets it") {
    for (const auto seed : seeds(20)) {
      CAPTURE(seed);
      bench b{seed};
      const auto doc = [](const char* level) {
        auto web = value::map({{"image", "registry.sim/app1:1"},
          {"environment", value::map({{"LEVEL", level}})},
          {"labels",
            value::map({{"io.balena.update.requires-reboot", "1"},
              {"io.balena.update.strategy", "hand-over"}})}});
        return target_document{dialect::compose,
          "compose.yaml",
          value::map({{"name", "sim"}, {"services", value::map({{"web", std::move(web)}})}})};
      };
      REQUIRE(b.device.insist_on(doc("1")));
      b.check_reboots();
      REQUIRE(b.device.insist_on(doc("2")));
      b.check_reboots();
      CHECK(is_running(b.device));
      check_quiet(b.device);
    }
  }

  TEST_CASE("sim: what an engine does not keep of a service makes no circle of reboots") {
    for (const auto seed : seeds(20)) {
      CAPTURE(seed);
      bench b{seed};
      b.device.world->forgets_command = true;
      REQUIRE(b.device.insist_on(two_apps_of_which_one_asks()));
      auto reboots = 0;
      for (auto minutes = 0; minutes < 24 * 60; ++minutes) {
        b.device.system.run_for(1min);
        reboots += b.device.reboot_as_told() ? 1 : 0;
      }
      CHECK(reboots == 1);
      const auto& all = b.device.world->containers;
      CHECK(std::all_of(all.begin(), all.end(), [](const auto& entry) {
        return entry.second.state == container_state::running;
      }));
      CHECK(all.size() == 2);
      CHECK(b.waits_with("; it is left so"));
    }
  }

  TEST_CASE("sim: nor what it does not keep of another one, in whose network that is") {
    for (const auto seed : seeds(10)) {
      CAPTURE(seed);
      bench b{seed};
      b.device.world->forgets_command = true;
      auto web = value::map({{"image", "registry.sim/app1:1"},
        {"network_mode", "service:net"},
        {"labels", value::map({{"io.balena.update.requires-reboot", "1"}})}});
      const auto net = value::map({{"image", "registry.sim/app0:1"}});
      REQUIRE(b.device.insist_on({dialect::compose,
        "compose.yaml",
        value::map(
          {{"name", "sim"}, {"services", value::map({{"web", std::move(web)}, {"net", net}})}})}));
      auto reboots = 0;
      for (auto minutes = 0; minutes < 12 * 60; ++minutes) {
        b.device.system.run_for(1min);
        reboots += b.device.reboot_as_told() ? 1 : 0;
      }
      CHECK(reboots == 1);
      const auto& all = b.device.world->containers;
      CHECK(all.size() == 2);
      CHECK(std::all_of(all.begin(), all.end(), [](const auto& entry) {
        return entry.second.state == container_state::running;
      }));
    }
  }

  TEST_CASE("sim: a user's lock in whatever app holds the reboot up, and force does not heed it") {
    for (const auto force : {false, true}) {
      CAPTURE(force);
      bench b{7};
      b.device.files->locks.push_back(lock_of_db());
      REQUIRE(b.device.insist_on(two_apps_of_which_one_asks()));
      b.device.system.run_for(30min);
      CHECK(b.accepted() == 0);
      CHECK(b.waits_with("db holds the update lock"));
      CHECK(b.device.files->own.empty());
      if (force) {
        b.device.possible.back().force = true;
        (void)ask(b.device.system, b.device.handles.conductor, apply_now{true});
      } else {
        b.device.files->drop_locks();
      }
      b.check_reboots();
    }
  }

  TEST_CASE("sim: an update of the host's OS holds the reboot up, unless it is forced") {
    for (const auto force : {false, true}) {
      CAPTURE(force);
      bench b{8};
      b.device.files->breadcrumbs = {"/mnt/state/rollback-health-breadcrumb"};
      REQUIRE(b.device.insist_on(two_apps_of_which_one_asks()));
      b.device.system.run_for(30min);
      CHECK(b.accepted() == 0);
      CHECK(b.waits_with("Waiting for Host OS update to finish"));
      CHECK(b.device.files->own.empty());
      if (force) {
        b.device.possible.back().force = true;
        (void)ask(b.device.system, b.device.handles.conductor, apply_now{true});
      } else {
        b.device.files->breadcrumbs.clear();
      }
      b.check_reboots();
    }
  }

  TEST_CASE("sim: whoever refuses a reboot is asked again, ever more rarely, and it is told") {
    bench b{9};
    b.device.listens = true;
    b.device.power_cut();
    b.device.start();
    b.device.power->refused = error{errc::unavailable, "Interactive authentication required"};
    REQUIRE(b.device.insist_on(two_apps_of_which_one_asks()));
    b.device.system.run_for(30min);
    CHECK(b.waits_with("Interactive authentication required"));
    const auto now = b.device.where();
    const auto failed = std::find_if(now.failures.begin(),
      now.failures.end(),
      [](const step_failure& f) { return f.subject == "reboot"; });
    REQUIRE(failed != now.failures.end());
    CHECK(failed->count > 5);
    CHECK(failed->count < 15);
    CHECK(b.device.files->own.empty());
    CHECK(std::any_of(b.device.said.begin(), b.device.said.end(), [](const log_line& line) {
      return line.text == "Rebooting";
    }));
    b.device.power->refused.reset();
    b.check_reboots();
  }

  TEST_CASE("sim: a reboot that is accepted and does not come is asked for again") {
    bench b{10};
    REQUIRE(b.device.insist_on(two_apps_of_which_one_asks()));
    b.device.system.run_until([&b] { return b.accepted() == 1; }, 1min);
    REQUIRE(b.accepted() == 1);
    const auto before = changes_made(*b.device.world);
    // Meanwhile nothing is begun, whatever happens.
    for (const auto& [id, c] : std::map{b.device.world->containers}) {
      if (c.state == container_state::running)
        b.device.world->kill(id);
    }
    b.device.system.run_for(4min);
    CHECK(b.accepted() == 1);
    CHECK(changes_made(*b.device.world) == before);
    // Then what ended is started first.
    b.device.system.run_for(17min);
    CHECK(b.accepted() > 2);
    CHECK(b.accepted() < 6);
    b.device.reboot();
    check_at_target(b.device);
  }

  TEST_CASE("sim: the device is not rebooted again as soon as it is up") {
    bench b{11};
    // Where the clock is wrong after each boot, a service seems to wait for one more.
    b.device.files->boot.at = b.device.world->now();
    REQUIRE(b.device.insist_on(two_apps_of_which_one_asks()));
    b.device.system.run_for(4min);
    CHECK(b.accepted() == 0);
    CHECK(b.waits_with("the device was booted only a moment ago"));
    b.device.system.run_for(2min);
    CHECK(b.accepted() == 1);
  }

  TEST_CASE("sim: whatever dies on the way to a reboot, it comes, and nothing is done too early") {
    for (const std::string child : {"conductor", "containers", "host", "power", "store"}) {
      const auto run = [&child](std::uint64_t k) {
        bench b{12};
        REQUIRE(b.device.insist_on(two_apps_of_which_one_asks()));
        const auto before = b.device.system.messages(child);
        if (k > 0)
          b.device.system.kill_before(child, k);
        CHECK(b.device.run_until_settled(30min));
        b.device.system.spare_all();
        check_at_target(b.device);
        CHECK(b.accepted() > 0);
        CHECK(b.accepted() < 4);
        return b.device.system.messages(child) - before;
      };
      const auto messages = std::min<std::uint64_t>(run(0), 150);
      for (std::uint64_t k = 1; k <= messages; ++k) {
        CAPTURE(child);
        CAPTURE(k);
        run(k);
      }
    }
  }

  TEST_CASE("sim: whatever fails, the reboot comes once it may, and never before") {
    for (const auto seed : seeds(60)) {
      CAPTURE(seed);
      bench b{seed};
      auto& device = b.device;
      auto& random = device.system.random();
      device.faults->rates = {.fails = 10, .fails_after = 5, .unanswered = 2};
      (void)device.send_target(two_apps_of_which_one_asks());
      device.files->breadcrumbs.resize(random.percent(30) ? 1 : 0);
      for (auto i = random.between(1, 6); i > 0; --i) {
        device.system.run_for(random.between(std::chrono::milliseconds{1}, 30s));
        if (device.reboot_as_told())
          continue;
        if (random.percent(50))
          device.files->put_lock(lock_of_db());
        else
          device.files->drop_locks();
      }
      device.faults->rates = {};
      device.files->breadcrumbs.clear();
      device.files->drop_locks();
      device.system.run_for(30s);
      (void)device.reboot_as_told();
      REQUIRE(device.insist_on(two_apps_of_which_one_asks()));
      check_at_target(device);
      CHECK(b.accepted() > 0);
    }
  }
}

} // namespace
} // namespace copal::test
