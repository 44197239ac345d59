#include "tests/contract/host_contract.hpp"

#include "adapters/host/host.hpp"
#include "adapters/loop/loop.hpp"
#include "tests/support/live_system.hpp"
#include "tests/support/temp_folder.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <unistd.h>

namespace copal::test {
namespace {

std::vector<std::string> names_in(const std::filesystem::path& folder) {
  std::vector<std::string> names;
  std::error_code missing;
  for (const auto& entry : std::filesystem::directory_iterator{folder, missing})
    names.push_back(entry.path().filename().string());
  std::sort(names.begin(), names.end());
  return names;
}

TEST_SUITE("host contract") {
  TEST_CASE("host contract: files") {
    const temp_folder folder;
    const temp_folder memory;
    const auto files = memory / "files";
    live_system system;
    loop io{*system};
    io.start();
    supervised<host_actor> started;
    std::ofstream{folder / "config.json"} << R"({"uuid":"a"})";
    const auto place_of = [&folder](app_id app, const service_name& service) {
      return folder.path() / to_string(app) / service.value;
    };
    check_host_contract(*system, [&](caf::actor_system&, const lock_sink_actor& news) {
      // Whoever runs the tests plays the supervisor; a folder is never the supervisor's.
      started = spawn_host(io,
        {.root = folder.path(),
          .lock_root = folder.path(),
          .host_lock_root = "/locks",
          .files_root = files,
          .own_uid = ::geteuid(),
          .state_partition = folder / "state",
          .reboot_flag = folder / "below" / "reboot-after-apply",
          .reboot_notes = folder / "state" / "reboots",
          .config_file = {folder / "config.json", folder / "config.json.copy"}},
        news);
      return host_subject{started,
        [place_of](app_id app, const service_name& service, lock_owner owner) {
          const auto place = place_of(app, service);
          std::filesystem::create_directories(place);
          if (owner == lock_owner::user_for_good)
            std::filesystem::create_directories(place / "updates.lock" / "x");
          else if (owner == lock_owner::user)
            std::filesystem::create_directory(place / "updates.lock");
          else
            std::ofstream{place / "updates.lock"} << "";
        },
        [files] { return names_in(files); },
        [place_of](app_id app, const service_name& service) {
          std::filesystem::remove(place_of(app, service) / "updates.lock");
        },
        [place_of](app_id app, const service_name& service) {
          const auto place = place_of(app, service);
          std::filesystem::create_directories(place);
          std::ofstream{place / "handover-complete"} << "";
        }};
    });
    caf::anon_send_exit(started, caf::exit_reason::user_shutdown);
    (void)end_of(*system, started);
  }

  TEST_CASE("host: where nothing can be watched, locks are found all the same") {
    const temp_folder folder;
    std::filesystem::create_directories(folder / "1/web/updates.lock");
    live_system system;
    loop io{*system};
    io.start();
    const auto started = spawn_host(io,
      {.lock_root = folder.path(),
        .host_lock_root = "/locks",
        .own_uid = ::geteuid(),
        .make_inotify = [](int) { return -1; }},
      {});
    for (auto tries = 0; tries < 2; ++tries) {
      const auto found = ask<host::found_locks>(
        *system, started, host::take_locks{.app = {1}, .services = {{"web"}}});
      REQUIRE(found);
      CHECK(found->held.size() == 1);
    }
    caf::anon_send_exit(started, caf::exit_reason::user_shutdown);
    (void)end_of(*system, started);
  }
}

} // namespace
} // namespace copal::test
