#include "tests/contract/host_contract.hpp"

#include "tests/support/live_system.hpp"

#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace copal::test {

void check_host_contract(
  caf::actor_system& system, const std::function<host_subject(caf::actor_system&)>& make) {
  const auto subject = make(system);
  const auto holders = [&](app_id app, std::vector<service_name> services) {
    const auto found = ask<host::found_locks>(
      system, subject.host, host::take_locks{.app = app, .services = std::move(services)});
    REQUIRE(found);
    std::vector<std::string> names;
    for (const auto& lock : found->held) {
      CHECK(lock.app == app);
      CHECK(!lock.path.empty());
      names.push_back(lock.service.value);
    }
    return names;
  };
  const service_name web{"web"};
  const service_name db{"db"};
  SUBCASE("where there is no folder there is no lock") {
    CHECK(holders({1}, {web, db}).empty());
    CHECK(holders({1}, {}).empty());
  }
  SUBCASE("a user's lock is found for its app and service only") {
    subject.put_lock({1}, web, lock_owner::user);
    CHECK(holders({1}, {web, db}) == std::vector<std::string>{"web"});
    CHECK(holders({1}, {db}).empty());
    CHECK(holders({2}, {web}).empty());
  }
  SUBCASE("the supervisor's own locks are left out") {
    subject.put_lock({1}, web, lock_owner::supervisor);
    subject.put_lock({1}, db, lock_owner::user);
    CHECK(holders({1}, {web, db}) == std::vector<std::string>{"db"});
  }
}

} // namespace copal::test
