#include "tests/contract/host_contract.hpp"
#include "tests/contract/power_contract.hpp"
#include "tests/contract/store_contract.hpp"
#include "tests/fakes/fake_host.hpp"
#include "tests/fakes/fake_power.hpp"
#include "tests/fakes/fake_store.hpp"
#include "tests/support/live_system.hpp"

#include <memory>

#include <doctest/doctest.h>

namespace copal::test {
namespace {

std::shared_ptr<fault_source> no_faults() {
  return std::make_shared<fault_source>(random_source{1});
}

TEST_SUITE("fakes") {
  TEST_CASE("store contract: the fake") {
    live_system system;
    supervised<store_actor> started;
    check_store_contract(*system, [&started](caf::actor_system& on) {
      started = spawn_fake_store(on, std::make_shared<store_world>(), no_faults());
      return started;
    });
    caf::anon_send_exit(started, caf::exit_reason::user_shutdown);
  }

  TEST_CASE("power contract: the fake") {
    live_system system;
    const auto world = std::make_shared<power_world>();
    const auto started = spawn_fake_power(*system, world, no_faults());
    check_power_contract(*system,
      {started,
        [world] { world->refused.reset(); },
        [world] {
          world->refused = error{errc::unavailable, "not now"};
        },
        [world] { return static_cast<std::size_t>(world->accepted); }});
    caf::anon_send_exit(started, caf::exit_reason::user_shutdown);
  }

  TEST_CASE("host contract: the fake") {
    live_system system;
    supervised<host_actor> started;
    check_host_contract(*system, [&started](caf::actor_system& on, const lock_sink_actor& news) {
      auto world = std::make_shared<host_world>();
      started = spawn_fake_host(on, world, no_faults(), news);
      return host_subject{started,
        [world](app_id app, const service_name& service, lock_owner owner) {
          if (owner == lock_owner::supervisor) {
            world->own[app].insert(service);
            return;
          }
          world->locks.push_back(
            {.app = app, .service = service, .path = "/updates.lock", .since = {}});
          if (owner == lock_owner::user_for_good)
            world->undeletable.insert({app, service});
        },
        [world] {
          std::vector<std::string> names;
          for (const auto& [name, file] : world->files)
            names.push_back(name);
          return names;
        },
        [world](app_id app, const service_name& service) {
          std::erase_if(world->locks,
            [&](const user_lock& lock) { return lock.app == app && lock.service == service; });
          world->told_gone(app);
        },
        [world](app_id app, const service_name& service) {
          world->said.insert({app, service});
        }};
    });
    caf::anon_send_exit(started, caf::exit_reason::user_shutdown);
  }
}

} // namespace
} // namespace copal::test
