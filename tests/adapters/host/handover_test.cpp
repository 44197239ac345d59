#include "adapters/host/handover.hpp"

#include "tests/support/temp_folder.hpp"

#include <fstream>
#include <functional>
#include <string>

#include <doctest/doctest.h>

namespace copal::test {
namespace {

namespace fs = std::filesystem;

std::string taken(const result<bool>& outcome) {
  if (!outcome)
    return to_string(outcome.error().code);
  return *outcome ? "yes" : "no";
}

TEST_SUITE("host") {
  TEST_CASE("hand-over: the file that says so is found once, and is gone then") {
    const auto touch = [](const fs::path& path) { std::ofstream{path} << ""; };
    const struct {
      const char* name;
      std::function<void(const fs::path& service)> prepare;
      const char* first;
      const char* second;
    } rows[] = {
      {"an empty folder", [](const fs::path&) {}, "no", "no"},
      {"the file", [&](const fs::path& p) { touch(p / "handover-complete"); }, "yes", "no"},
      {"the file of the old name",
        [&](const fs::path& p) { touch(p / "resin-kill-me"); },
        "yes",
        "no"},
      {"both",
        [&](const fs::path& p) {
          touch(p / "handover-complete");
          touch(p / "resin-kill-me");
        },
        "yes",
        "no"},
      {"a folder",
        [](const fs::path& p) { fs::create_directory(p / "handover-complete"); },
        "yes",
        "no"},
      {"a link into nowhere",
        [](const fs::path& p) { fs::create_symlink("/nowhere", p / "resin-kill-me"); },
        "yes",
        "no"},
      {"a folder that is not empty cannot be deleted",
        [&](const fs::path& p) {
          fs::create_directory(p / "handover-complete");
          touch(p / "handover-complete" / "x");
        },
        "unavailable",
        "unavailable"},
      {"another file", [&](const fs::path& p) { touch(p / "updates.lock"); }, "no", "no"},
    };
    for (const auto& row : rows) {
      CAPTURE(row.name);
      const temp_folder folder;
      const auto service = folder.path() / "7" / "web";
      fs::create_directories(service);
      row.prepare(service);
      CHECK(taken(host::take_handover_files(folder.path(), app_id{7}, {"web"})) == row.first);
      CHECK(taken(host::take_handover_files(folder.path(), app_id{7}, {"web"})) == row.second);
    }
  }

  TEST_CASE("hand-over: a link to a folder is not followed, a missing folder holds nothing") {
    const temp_folder folder;
    const temp_folder elsewhere;
    std::ofstream{elsewhere.path() / "handover-complete"} << "";
    const auto look = [&folder](const char* service) {
      return taken(host::take_handover_files(folder.path(), app_id{7}, service_name{service}));
    };
    CHECK(look("web") == "no");
    fs::create_directories(folder.path() / "7");
    CHECK(look("web") == "no");
    fs::create_directory_symlink(elsewhere.path(), folder.path() / "7" / "web");
    CHECK(look("web") == "unavailable");
    CHECK(look("../web") == "invalid input");
    CHECK(fs::exists(elsewhere.path() / "handover-complete"));
  }
}

} // namespace
} // namespace copal::test
