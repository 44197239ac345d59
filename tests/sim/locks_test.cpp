// Users who take and release update locks while updates run.

#include "actors/planning/identity.hpp"
#include "tests/sim/chaos.hpp"
#include "tests/sim/checks.hpp"
#include "tests/sim/targets.hpp"
#include "tests/support/seeds.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include <doctest/doctest.h>

namespace copal::test {

namespace {

/// A user takes the lock of some service that has a container, or gives one back.
void take_or_release(simulated_device& device) {
  auto& random = device.system.random();
  auto& locks = device.files->locks;
  if (!locks.empty() && random.percent(50)) {
    const auto it = locks.begin() + static_cast<std::ptrdiff_t>(random.below(locks.size()));
    const auto app = it->app;
    locks.erase(it);
    if (random.percent(70)) // else on a host that cannot watch
      device.files->told_gone(app);
    return;
  }
  std::vector<container_identity> ours;
  for (const auto& [id, c] : device.world->containers) {
    if (auto who = planning::identify(c.name, c.config.labels))
      ours.push_back(std::move(*who));
  }
  if (ours.empty())
    return;
  const auto& who = random.pick(ours);
  device.files->put_lock({who.app, who.name, "/locks/it", device.world->now()});
}

/// A device at a target, with a lock for each service, and another target that has waited for half
/// an hour: the next try is minutes away. False: that target touches nothing that runs.
bool is_made_to_wait(simulated_device& device) {
  auto& random = device.system.random();
  publish_images(*device.world);
  device.start();
  auto target = draw_target(random);
  REQUIRE(device.insist_on(target));
  check_at_target(device);
  for (const auto& [id, c] : device.world->containers) {
    const auto who = planning::identify(c.name, c.config.labels);
    device.files->put_lock({who->app, who->name, "/locks/it", device.world->now()});
  }
  target = draw_next_target(random, target);
  REQUIRE(device.insist_on(target));
  device.system.run_for(std::chrono::minutes{30});
  const auto waits = device.where().waits;
  return std::any_of(waits.begin(), waits.end(), [](const wait_reason& w) {
    return w.why == wait_reason::kind::lock;
  });
}

/// Within 100 ms: a request to the host takes up to 50 ms, and the next try is minutes away.
template <class Test>
bool soon(simulated_device& device, Test test) {
  device.system.run_until(test, std::chrono::milliseconds{99});
  return test();
}

/// Users' locks are deleted where an update is forced, and only there.
auto some_lock_is_gone(const simulated_device& device) {
  return
    [&device, before = device.files->locks.size()] { return device.files->locks.size() < before; };
}

/// What ends the wait of devices that wait for a lock; each is at its target then.
template <class Release>
void for_those_that_wait(Release release) {
  auto waited = 0;
  const auto all = seeds(60);
  for (const auto seed : all) {
    CAPTURE(seed);
    simulated_device device{seed};
    if (!is_made_to_wait(device))
      continue;
    ++waited;
    release(device);
    check_at_target(device);
  }
  CHECK((waited > 0 || all.size() < 20));
}

value service(std::int64_t id, const std::string& mode, value composition) {
  return value::map({
    {"id", id},
    {"image_id", 100 + id},
    {"image", "registry.sim/app0:1"},
    {"environment", value::map({{"MODE", mode}})},
    {"labels", value::map({})},
    {"composition", std::move(composition)},
  });
}

/// App 1 has `web`, with this variable; app 2 has `db`, which is never healthy, and `web`, which
/// waits for that.
value waiting_apps(const std::string& mode) {
  const auto check = value::map({{"healthcheck", value::map({{"test", "check"}})}});
  const auto on_db = value::map({{"condition", "service_healthy"}});
  const auto after_db = value::map({{"depends_on", value::map({{"db", on_db}})}});
  const auto commit = "c" + mode;
  const auto app = [&commit](std::int64_t id, value services) {
    const auto release = value::map({{"id", 1000 + id},
      {"services", std::move(services)},
      {"networks", value::map({})},
      {"volumes", value::map({})}});
    return value::map({{"id", id}, {"name", "app"}, {"releases", value::map({{commit, release}})}});
  };
  const auto apps = value::map({
    {"fffffffffffffffffffffffffffffff1",
      app(1, value::map({{"web", service(11, mode, value::map({}))}}))},
    {"fffffffffffffffffffffffffffffff2",
      app(
        2, value::map({{"db", service(21, "any", check)}, {"web", service(22, "any", after_db)}}))},
  });
  return value::map({{"aaaaaaaabbbbbbbbccccccccdddddddd",
    value::map({{"name", "sim"}, {"config", value::map({})}, {"apps", apps}})}});
}

user_lock lock_of(std::int32_t app, const char* service) {
  return {app_id{app}, service_name{service}, "/locks/it", {}};
}

/// The answer to a restart of a service, without force.
answer<requests::performed> restart(
  simulated_device& device, std::int32_t app, const char* service) {
  auto told = device.send_request(
    {requests::verb::restart_service, app_id{app}, service_name{service}, false});
  device.system.run_until([&told] { return told.there(); }, std::chrono::minutes{1});
  return told;
}

} // namespace

TEST_SUITE("sim") {
  TEST_CASE("sim: force ends with each app that has got there, and is no request's") {
    for (const auto seed : seeds(20)) {
      CAPTURE(seed);
      simulated_device device{seed};
      publish_images(*device.world);
      device.world->never_healthy = true;
      device.start();
      device.system.run_for(std::chrono::minutes{1}); // until it takes targets
      const auto sent = device.send_target(waiting_apps("1"), /*force=*/true);
      device.system.run_for(std::chrono::minutes{5});
      REQUIRE(sent.there());
      REQUIRE_MESSAGE(sent.get(), device.where().problem);
      REQUIRE(device.world->containers.size() == 2);
      // Users of the app that is done are asked again, whatever the other one waits for.
      REQUIRE(device.files->put_lock(lock_of(1, "web")));
      CHECK(restart(device, 1, "web").failed_with(errc::conflict));
      for (const auto& [id, c] : std::map{device.world->containers}) {
        if (c.name.starts_with("web_"))
          (void)device.world->set_restart_policy(id, {restart_mode::no, 0});
      }
      const auto before = device.world->containers;
      device.system.run_for(std::chrono::minutes{10});
      CHECK(device.world->containers.size() == before.size());
      for (const auto& [id, c] : before)
        CHECK(device.world->containers.contains(id));
      // Nor does what somebody asks without force get it from the update that waits.
      REQUIRE(device.files->put_lock(lock_of(2, "db")));
      CHECK(restart(device, 2, "db").failed_with(errc::conflict));
      CHECK(device.files->locks.size() == 2);
      CHECK(device.files->own.empty());
    }
  }

  TEST_CASE("sim: a lock that cannot be deleted keeps force waiting, and nobody busy") {
    for (const auto seed : seeds(20)) {
      CAPTURE(seed);
      simulated_device device{seed};
      publish_images(*device.world);
      device.start();
      const auto forced = [](const char* mode) {
        return with_config(waiting_apps(mode), "SUPERVISOR_OVERRIDE_LOCK", "1");
      };
      REQUIRE(device.insist_on(forced("1")));
      check_at_target(device);
      REQUIRE(device.files->put_lock(lock_of(1, "web")));
      device.files->undeletable.insert({app_id{1}, service_name{"web"}});
      std::uint64_t takes = 0;
      device.system.before_job = [&takes](const job& next) {
        if (next.name == "host" && next.about.match_elements<host::take_locks>())
          ++takes;
      };
      REQUIRE(device.insist_on(forced("2")));
      device.system.run_for(std::chrono::minutes{60});
      // At 1 s, 2 s, 4 s ... 15 min.
      CHECK(takes > 5);
      CHECK(takes < 20);
      const auto waits = device.where().waits;
      REQUIRE(waits.size() == 1);
      CHECK(waits.front().why == wait_reason::kind::lock);
      CHECK(waits.front().text.ends_with(", which cannot be deleted"));
      CHECK(device.files->own.empty());
      // Its user is done with it.
      device.files->undeletable.clear();
      device.files->drop_locks();
      CHECK(soon(device, [&device] { return !device.files->own.empty(); }));
      check_at_target(device);
    }
  }

  TEST_CASE("sim: the wait for a lock ends when it is released, not at the next try") {
    for_those_that_wait([](simulated_device& device) {
      device.files->drop_locks();
      CHECK(soon(device, [&device] { return !device.files->own.empty(); }));
    });
  }

  TEST_CASE("sim: force reaches an update that waits for a lock") {
    for_those_that_wait([](simulated_device& device) {
      const auto forced = some_lock_is_gone(device);
      (void)ask(device.system, device.handles.conductor, apply_now{true});
      CHECK(soon(device, forced));
    });
  }

  TEST_CASE("sim: the override variable reaches an update that waits for a lock") {
    for_those_that_wait([](simulated_device& device) {
      const auto forced = some_lock_is_gone(device);
      REQUIRE(device.insist_on(
        with_config(device.possible.front().doc.doc, "RESIN_SUPERVISOR_OVERRIDE_LOCK", "1")));
      CHECK(soon(device, forced));
    });
  }

  TEST_CASE("sim: a user's lock for a service counts from the moment it is taken") {
    for (const auto seed : seeds(150)) {
      CAPTURE(seed);
      simulated_device device{seed};
      auto& random = device.system.random();
      publish_images(*device.world);
      // Images come one after the other, and what waits for them must not trust an older look.
      device.world->pull_takes = [&random] {
        return std::chrono::milliseconds{random.between(500, 30'000)};
      };
      device.start();
      auto target = draw_target(random);
      for (auto release = 0; release < 4; ++release) {
        REQUIRE(device.insist_on(target));
        const auto changes = random.between(3, 20);
        for (auto i = 0; i < changes; ++i) {
          device.system.run_for(
            random.between(std::chrono::milliseconds{1}, std::chrono::seconds{15}));
          take_or_release(device);
        }
        target = draw_next_target(random, target);
      }
      device.files->locks.clear();
      REQUIRE(device.insist_on(target));
      check_at_target(device);
      CHECK(device.files->own.empty());
    }
  }
}

} // namespace copal::test
