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
  SUBCASE("files of services are placed, as often as is asked, and go when they are not named") {
    const auto place = [&](std::vector<service_file> files) {
      return ask<host::files_done>(system, subject.host, host::place_files{std::move(files)});
    };
    const auto keep = [&](std::vector<std::string> names) {
      return ask<host::files_done>(system, subject.host, host::keep_files{std::move(names)});
    };
    service_file one;
    one.name = std::string(service_file_name_size, '1');
    one.target = "/run/secrets/one";
    one.content = secret{"first"};
    auto two = one;
    two.name = std::string(service_file_name_size, '2');
    CHECK(keep({one.name}));
    CHECK(subject.file_names().empty());
    CHECK(place({}));
    CHECK(place({one, two}));
    CHECK(place({one}));
    CHECK(subject.file_names() == std::vector<std::string>{one.name, two.name});
    CHECK(keep({two.name, std::string(service_file_name_size, '3')}));
    CHECK(subject.file_names() == std::vector<std::string>{two.name});
    auto bad = one;
    bad.name = "../one";
    const auto refused = place({bad});
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == errc::invalid_input);
    CHECK(keep({}));
    CHECK(subject.file_names().empty());
  }
}

} // namespace copal::test
