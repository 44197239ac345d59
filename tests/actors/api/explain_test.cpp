// What the local API tells of a conductor that cannot plan: over the real one.

#include "actors/api/api.hpp"
#include "actors/conductor/conductor.hpp"
#include "actors/spawn.hpp"
#include "tests/support/ask.hpp"
#include "tests/support/virtual_system.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <caf/send.hpp>
#include <doctest/doctest.h>

namespace copal::test {
namespace {

using namespace std::chrono_literals;

/// What the store tells of the last run; the rest it does not.
struct disk {
  bool target = false;
  bool commits = false;
  bool holds = false;
  std::vector<std::string> services{};           ///< Of the target.
  std::optional<std::vector<user_lock>> locks{}; ///< Of the host; nothing: it does not tell.
};
using known = std::shared_ptr<disk>;

caf::error away() {
  return to_caf({errc::unavailable, "it is down"});
}

template <class Question, class Answer>
auto refuses() {
  return [](const Question&) -> caf::result<Answer> { return away(); };
}

const device_uuid uuid{"aaaaaaaabbbbbbbbccccccccdddddddd"};

/// App 7 with these services; without any there is no app.
target_document target_with(const std::vector<std::string>& names) {
  auto services = value::map({});
  int id = 0;
  for (const auto& name : names)
    services.set(name,
      value::map({{"id", ++id},
        {"image_id", id},
        {"image", "r/x:1"},
        {"environment", value::map({})},
        {"labels", value::map({})}}));
  auto apps = value::map({});
  if (!names.empty())
    apps.set("11111111222222223333333344444444",
      value::map({{"id", 7},
        {"name", "shop"},
        {"class", "fleet"},
        {"releases", value::map({{"c1", value::map({{"id", 1}, {"services", services}})}})}}));
  return {dialect::cloud_v3,
    "the test",
    value::map(
      {{uuid.value, value::map({{"name", "shop"}, {"config", value::map({})}, {"apps", apps}})}})};
}

store_actor::behavior_type store_of(known all) {
  return {
    refuses<store::load_rows, store::row_list>(),
    refuses<store::put_row, store::stored>(),
    refuses<store::drop_row, store::stored>(),
    [all](const store::load_target&) -> caf::result<store::stored_target> {
      if (!all->target)
        return away();
      return store::stored_target{target_with(all->services)};
    },
    refuses<store::save_target, store::stored>(),
    [all](const store::load_commits&) -> caf::result<store::commit_list> {
      if (!all->commits)
        return away();
      return store::commit_list{};
    },
    refuses<store::save_commit, store::stored>(),
    refuses<store::load_keys, store::key_list>(),
    refuses<store::put_key, store::stored>(),
    [all](const store::load_holds&) -> caf::result<store::hold_list> {
      if (!all->holds)
        return away();
      return store::hold_list{};
    },
    refuses<store::put_hold, store::stored>(),
    refuses<store::drop_hold, store::stored>(),
    refuses<store::load_downtimes, store::downtime_list>(),
    refuses<store::put_downtime, store::stored>(),
    refuses<store::load_facts, store::store_facts>(),
  };
}

/// An engine that is there, and empty.
containers_actor::behavior_type containers_of() {
  return {
    [](const engine::event_batch&) { return engine::taken{}; },
    [](const engine::watch_ended&) {},
    refuses<do_step, step_done>(),
    [](const get_engine_view&) {
      engine_view out;
      out.incarnation = 1;
      out.revision = 1;
      out.complete = true;
      return out;
    },
  };
}

images_actor::behavior_type images_of() {
  return {
    [](const engine::pull_progress&) {},
    [](const look_at_images&) {},
    refuses<do_step, image_step_done>(),
    [](const get_images_view&) {
      images_view out;
      out.incarnation = 1;
      out.revision = 1;
      out.complete = true;
      return out;
    },
  };
}

host_actor::behavior_type host_of(const known& all) {
  return {
    refuses<host::take_locks, host::found_locks>(),
    refuses<host::release_locks, host::locks_done>(),
    refuses<host::make_lock_folder, host::locks_done>(),
    // What it says is no reason for the store's silence.
    [](const host::find_own_locks&) -> caf::result<host::own_locks> {
      return to_caf({errc::unavailable, "no folder of locks"});
    },
    [all](const host::find_user_locks& asked) -> caf::result<host::found_locks> {
      if (!all->locks)
        return away();
      host::found_locks out;
      for (const auto& lock : *all->locks) {
        if (const auto it = asked.services.find(lock.app);
            it != asked.services.end() && it->second.contains(lock.service))
          out.held.push_back(lock);
      }
      return out;
    },
    refuses<host::get_os_update, host::os_update>(),
    refuses<host::forget_handover, host::forgotten>(),
    refuses<host::await_handover, host::handover_ended>(),
    refuses<host::get_free_space, host::free_space>(),
    refuses<host::get_boot, host::boot_facts>(),
    refuses<host::require_reboot, host::boot_facts>(),
    refuses<host::get_os_settings, host::os_settings>(),
    refuses<host::set_firmware_volume, host::os_settings>(),
    refuses<host::get_addresses, host::addresses>(),
    refuses<host::place_files, host::files_done>(),
    refuses<host::keep_files, host::files_done>(),
  };
}

keys_actor::behavior_type keys_of() {
  return {
    refuses<keys::get_keys, keys::issued_keys>(),
    [](const keys::get_key_ring&) {
      return keys::key_ring{secret{"global"}, {}};
    },
  };
}

struct bench {
  virtual_system system{1};
  known all = std::make_shared<disk>();
  conductor_child planner;
  api_child actor;

  bench() {
    auto& actors = system.actors();
    const auto host = actors.spawn(host_of, all);
    const auto keys = actors.spawn(keys_of);
    conductor_config config;
    config.device.uuid = uuid;
    config.longest_pause = 10s;
    conductor_links links{actors.spawn(containers_of),
      actors.spawn(images_of),
      actors.spawn(store_of, all),
      host,
      keys};
    planner = spawn_actor(actors, conductor, config, links);
    actor = spawn_actor(actors,
      run_api,
      api_config{{"0.1.0", "SomeOS", 48484}},
      api_links{planner, keys, host, {}, {}},
      1);
    caf::anon_send(planner, wake_up{});
    system.run_for(1min);
  }

  /// Nobody tells the API of changes here: the next one asks.
  value explain() {
    caf::anon_send(actor, wake_up{});
    system.run_for(1s);
    api::request what;
    what.method = "GET";
    what.path = "/v2/explain";
    what.key = secret{"global"};
    auto asked = ask(system, actor, what);
    system.run_until([&asked] { return asked.there(); }, 10s);
    REQUIRE(asked.there());
    REQUIRE(asked.get());
    CHECK(asked.get()->status == 200);
    return std::get<value>(asked.get()->body);
  }
};

/// "store: the store has not been read: ..."
std::string told(const value& answer) {
  std::string out;
  for (const auto& x : *answer.find("others")->as_list())
    out += *x.find("waitsFor")->as_text() + ": " + *x.find("reason")->as_text() + '\n';
  return out;
}

TEST_SUITE("api: explain") {
  TEST_CASE("explain: a store that does not answer is why nothing is planned") {
    bench b;
    CHECK(told(b.explain())
          == "store: the store has not been read (the target, which releases ran in full, which "
             "stops and starts were asked for): it is down\n");
    b.all->target = true;
    b.all->commits = true;
    b.system.run_for(1min);
    // Not settled, although nothing is left to do: nobody has looked.
    const auto without_holds = b.explain();
    CHECK(told(without_holds)
          == "store: the store has not been read (which stops and starts were asked for): it is "
             "down\n");
    CHECK(*without_holds.find("settled") == value{false});
    b.all->holds = true;
    b.system.run_for(1min);
    const auto read = b.explain();
    CHECK(told(read).empty());
    CHECK(read.find("problem") == nullptr);
    CAPTURE(debug_string(read));
    CHECK(*read.find("settled") == value{true});
  }

  TEST_CASE("explain: users' locks are told while nothing waits for them, too") {
    bench b;
    b.all->target = b.all->commits = b.all->holds = true;
    b.all->services = {"web", "db"};
    b.system.run_for(1min);
    const auto holders = [&b] {
      std::string out;
      const auto answer = b.explain();
      for (const auto& lock : *answer.find("locks")->as_list())
        out += *lock.find("serviceName")->as_text() + ' ';
      return out;
    };
    b.all->locks = {{{app_id{7}, {"web"}, "/l/7/web/updates.lock", wall_time{5s}, 1000},
      {app_id{7}, {"other"}, "/l/7/other/updates.lock", wall_time{5s}, 1000}}};
    CHECK(holders() == "web ");
    b.all->locks->clear();
    CHECK(holders().empty());
    // What the host does not tell is as the conductor last found it.
    b.all->locks.reset();
    CHECK(holders().empty());
  }
}

} // namespace
} // namespace copal::test
