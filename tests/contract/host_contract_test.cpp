#include "tests/contract/host_contract.hpp"

#include "adapters/host/host.hpp"
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
    supervised<host_actor> started;
    check_host_contract(*system, [&](caf::actor_system& on) {
      // Whoever runs the tests plays the supervisor; a folder is never the supervisor's.
      started = spawn_host(on,
        {.lock_root = folder.path(),
          .host_lock_root = "/locks",
          .files_root = files,
          .own_uid = ::geteuid()});
      return host_subject{started,
        [&folder](app_id app, const service_name& service, lock_owner owner) {
          const auto place = folder.path() / to_string(app) / service.value;
          std::filesystem::create_directories(place);
          if (owner == lock_owner::user)
            std::filesystem::create_directory(place / "updates.lock");
          else
            std::ofstream{place / "updates.lock"} << "";
        },
        [files] { return names_in(files); }};
    });
    caf::anon_send_exit(started, caf::exit_reason::user_shutdown);
  }
}

} // namespace
} // namespace copal::test
