#include "tests/contract/host_contract.hpp"

#include "tests/support/live_system.hpp"

#include <chrono>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include <caf/typed_event_based_actor.hpp>
#include <doctest/doctest.h>

namespace copal::test {

namespace {

/// What was told, for the test's thread.
struct news {
  std::mutex guard;
  std::condition_variable more;
  std::deque<app_id> told;

  /// Waits for it; nothing when it does not come.
  std::optional<app_id> next() {
    std::unique_lock hold{guard};
    if (!more.wait_for(hold, std::chrono::seconds{30}, [this] { return !told.empty(); }))
      return std::nullopt;
    const auto first = told.front();
    told.pop_front();
    return first;
  }
};

lock_sink_actor::behavior_type listen(const std::shared_ptr<news>& heard) {
  return {
    [heard](const host::locks_gone& msg) {
      const std::lock_guard hold{heard->guard};
      heard->told.push_back(msg.app);
      heard->more.notify_all();
    },
  };
}

} // namespace

void check_host_contract(caf::actor_system& system,
  const std::function<host_subject(caf::actor_system&, const lock_sink_actor& news)>& make) {
  const auto heard = std::make_shared<news>();
  const auto subject = make(system, system.spawn(listen, heard));
  const auto own_apps = [&] {
    const auto found = ask<host::own_locks>(system, subject.host, host::find_own_locks{});
    REQUIRE(found);
    return found->apps;
  };
  const auto holders = [&](app_id app, std::vector<service_name> services, bool force = false) {
    const auto found = ask<host::found_locks>(system,
      subject.host,
      host::take_locks{.app = app, .services = std::move(services), .force = force});
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
  SUBCASE("users' locks are told of any number of apps, and nothing is taken for it") {
    subject.put_lock({1}, web, lock_owner::user);
    subject.put_lock({2}, db, lock_owner::user);
    subject.put_lock({3}, db, lock_owner::user);
    REQUIRE(holders({4}, {web}).empty()); // ours is none
    const auto found = ask<host::found_locks>(system,
      subject.host,
      host::find_user_locks{{{{1}, {web, db}}, {{2}, {db, service_name{"../x"}}}, {{4}, {web}}}});
    REQUIRE(found);
    REQUIRE(found->held.size() == 2);
    CHECK(found->held[0].app == app_id{1});
    CHECK(found->held[0].service == web);
    CHECK(found->held[1].app == app_id{2});
    CHECK(own_apps() == std::vector{app_id{4}});
    subject.drop_lock({1}, web);
    CHECK(holders({1}, {web}).empty());
  }
  SUBCASE("spec 12.52: all locks of an app are taken, or none") {
    subject.put_lock({1}, web, lock_owner::user);
    CHECK(holders({1}, {web, db}) == std::vector<std::string>{"web"});
    CHECK(own_apps().empty());
    CHECK(holders({1}, {web, db}, true).empty());
    CHECK(own_apps() == std::vector{app_id{1}});
    REQUIRE(ask<host::locks_done>(system, subject.host, host::release_locks{{1}}));
    CHECK(own_apps().empty());
  }
  SUBCASE("a lock that cannot be deleted is in the way of force, too, and nothing is taken") {
    subject.put_lock({1}, web, lock_owner::user_for_good);
    CHECK(holders({1}, {db, web}, true) == std::vector<std::string>{"web"});
    CHECK(own_apps().empty());
    CHECK(holders({1}, {db}, true).empty());
    CHECK(own_apps() == std::vector{app_id{1}});
  }
  SUBCASE("the release of a lock that was in the way is told once, and only of its app") {
    subject.put_lock({1}, web, lock_owner::user);
    subject.put_lock({2}, web, lock_owner::user);
    CHECK(holders({1}, {web}).size() == 1);
    CHECK(holders({2}, {web}).size() == 1);
    subject.drop_lock({1}, web);
    CHECK(heard->next() == app_id{1});
    subject.drop_lock({2}, web);
    CHECK(heard->next() == app_id{2});
    CHECK(holders({1}, {web}).empty());
  }
  SUBCASE("a lock that was in nobody's way goes untold") {
    subject.put_lock({1}, web, lock_owner::user);
    subject.drop_lock({1}, web);
    subject.put_lock({2}, web, lock_owner::user);
    CHECK(holders({2}, {web}).size() == 1);
    subject.drop_lock({2}, web);
    CHECK(heard->next() == app_id{2});
  }
  SUBCASE("no update of the host's OS is under way") {
    const auto found = ask<host::os_update>(system, subject.host, host::get_os_update{});
    REQUIRE(found);
    CHECK(found->breadcrumbs.empty());
  }
  SUBCASE("a boot has a name and a time, and a reboot can be required") {
    const auto before = ask<host::boot_facts>(system, subject.host, host::get_boot{});
    REQUIRE(before);
    CHECK(!before->id.empty());
    CHECK(before->at > wall_time{});
    CHECK(!before->reboot);
    CHECK(before->noted.empty());
    const host::require_reboot first{container_id{"c1"}};
    const auto flagged = ask<host::boot_facts>(system, subject.host, first);
    REQUIRE(flagged);
    CHECK(flagged->reboot);
    CHECK(flagged->noted == std::set{container_id{"c1"}});
    CHECK(flagged->rebooted.empty());
    CHECK(ask<host::boot_facts>(system, subject.host, first).value() == *flagged);
    CHECK(ask<host::boot_facts>(system, subject.host, host::get_boot{}).value() == *flagged);
    CHECK(flagged->id == before->id);
    const auto both =
      ask<host::boot_facts>(system, subject.host, host::require_reboot{container_id{"c2"}});
    REQUIRE(both);
    CHECK(both->noted == std::set{container_id{"c1"}, container_id{"c2"}});
  }
  SUBCASE("the OS is told of the volume of the extra firmware") {
    const auto named = [&](const auto& question) {
      const auto found = ask<host::os_settings>(system, subject.host, question);
      REQUIRE(found);
      return found->firmware_volume;
    };
    CHECK(named(host::get_os_settings{}).empty());
    CHECK(named(host::set_firmware_volume{"extra-firmware"}) == "extra-firmware");
    CHECK(named(host::get_os_settings{}) == "extra-firmware");
    CHECK(named(host::set_firmware_volume{"extra-firmware"}) == "extra-firmware");
  }
  SUBCASE("there is free space where the root is") {
    const auto found = ask<host::free_space>(system, subject.host, host::get_free_space{"/"});
    REQUIRE(found);
    CHECK(found->bytes > 0);
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
  const auto hears = [&](const service_name& service, std::chrono::milliseconds within) {
    const auto end = ask<host::handover_ended>(
      system, subject.host, host::await_handover{app_id{1}, service, within});
    REQUIRE(end);
    return end->said;
  };
  SUBCASE("a hand-over that nobody ends is over after its time") {
    CHECK_FALSE(hears(web, std::chrono::milliseconds{1}));
  }
  SUBCASE("a hand-over is ended once, by its own service") {
    subject.say_handover({1}, web);
    CHECK_FALSE(hears(db, std::chrono::milliseconds{1}));
    CHECK(hears(web, std::chrono::minutes{10}));
    CHECK_FALSE(hears(web, std::chrono::milliseconds{1}));
  }
  SUBCASE("what was said of an earlier hand-over is forgotten") {
    subject.say_handover({1}, web);
    CHECK(ask<host::forgotten>(system, subject.host, host::forget_handover{app_id{1}, web}));
    CHECK(ask<host::forgotten>(system, subject.host, host::forget_handover{app_id{2}, web}));
    CHECK_FALSE(hears(web, std::chrono::milliseconds{1}));
  }
}

} // namespace copal::test
