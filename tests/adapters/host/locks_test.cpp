#include "adapters/host/locks.hpp"

#include "tests/support/temp_folder.hpp"

#include <chrono>
#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace copal::test {
namespace {

namespace fs = std::filesystem;

constexpr uid_t nobody_here = 12345; // not the user who runs the tests

std::string paths_of(const result<host::found_locks>& found) {
  if (!found)
    return to_string(found.error().code);
  std::string all;
  for (const auto& lock : found->held)
    all += (all.empty() ? "" : " ") + lock.path;
  return all;
}

void touch(const fs::path& path) {
  std::ofstream{path} << "";
}

TEST_SUITE("host") {
  TEST_CASE("locks: whatever bears a lock's name is a user's lock, unless it is our file") {
    const struct {
      const char* name;
      std::function<void(const fs::path& service)> prepare;
      uid_t own_uid;
      const char* expected;
    } rows[] = {
      {"an empty folder", [](const fs::path&) {}, nobody_here, ""},
      {"a file",
        [](const fs::path& p) { touch(p / "updates.lock"); },
        nobody_here,
        "/tmp/locks/7/web/updates.lock"},
      {"a file of the old name",
        [](const fs::path& p) { touch(p / "resin-updates.lock"); },
        nobody_here,
        "/tmp/locks/7/web/resin-updates.lock"},
      {"both",
        [](const fs::path& p) {
          touch(p / "updates.lock");
          touch(p / "resin-updates.lock");
        },
        nobody_here,
        "/tmp/locks/7/web/resin-updates.lock /tmp/locks/7/web/updates.lock"},
      {"our own file", [](const fs::path& p) { touch(p / "updates.lock"); }, ::geteuid(), ""},
      {"our own file of the old name",
        [](const fs::path& p) { touch(p / "resin-updates.lock"); },
        ::geteuid(),
        ""},
      {"a folder",
        [](const fs::path& p) { fs::create_directory(p / "updates.lock"); },
        nobody_here,
        "/tmp/locks/7/web/updates.lock"},
      {"a folder of our owner",
        [](const fs::path& p) { fs::create_directory(p / "updates.lock"); },
        ::geteuid(),
        "/tmp/locks/7/web/updates.lock"},
      {"a link to nowhere",
        [](const fs::path& p) { fs::create_symlink("/nowhere", p / "updates.lock"); },
        nobody_here,
        "/tmp/locks/7/web/updates.lock"},
      {"a link of our owner to our file",
        [](const fs::path& p) {
          touch(p / "mine");
          fs::create_symlink(p / "mine", p / "updates.lock");
        },
        ::geteuid(),
        "/tmp/locks/7/web/updates.lock"},
      {"a pipe",
        [](const fs::path& p) { ::mkfifo((p / "updates.lock").c_str(), 0600); },
        nobody_here,
        "/tmp/locks/7/web/updates.lock"},
      {"other names",
        [](const fs::path& p) {
          touch(p / "updates.lock.bak");
          touch(p / "my-updates.lock");
          touch(p / "UPDATES.LOCK");
        },
        nobody_here,
        ""},
      {"a lock one level below",
        [](const fs::path& p) {
          fs::create_directory(p / "deep");
          touch(p / "deep/updates.lock");
        },
        nobody_here,
        ""},
    };
    for (const auto& row : rows) {
      CAPTURE(row.name);
      const temp_folder folder;
      fs::create_directories(folder / "7/web");
      row.prepare(folder / "7/web");
      const auto found = host::look_for_locks(
        {.root = folder.path(), .host_root = "/tmp/locks", .own_uid = row.own_uid},
        {.app = {7}, .services = {{"web"}}});
      CHECK(paths_of(found) == row.expected);
    }
  }

  TEST_CASE("locks: the time is the file's own, to the nanosecond") {
    const temp_folder folder;
    fs::create_directories(folder / "7/web");
    touch(folder / "7/web/updates.lock");
    const timespec times[2] = {
      {.tv_sec = 1, .tv_nsec = 0}, {.tv_sec = 1'700'000'000, .tv_nsec = 5}};
    REQUIRE(::utimensat(AT_FDCWD, (folder / "7/web/updates.lock").c_str(), times, 0) == 0);
    const auto found = host::look_for_locks(
      {.root = folder.path(), .host_root = "/", .own_uid = nobody_here}, {{7}, {{"web"}}});
    REQUIRE(found);
    REQUIRE(found->held.size() == 1);
    CHECK(found->held.front().since.time_since_epoch()
          == std::chrono::seconds(1'700'000'000) + std::chrono::nanoseconds(5));
  }

  TEST_CASE(
    "locks: of several services each is looked at, in their order; missing ones hold none") {
    const temp_folder folder;
    for (const auto* service : {"web", "db", "api"})
      fs::create_directories(folder / "7" / service);
    touch(folder / "7/web/updates.lock");
    touch(folder / "7/api/updates.lock");
    const host::lock_place place{.root = folder.path(), .host_root = "/l", .own_uid = nobody_here};
    CHECK(paths_of(host::look_for_locks(place, {{7}, {{"web"}, {"gone"}, {"db"}, {"api"}}}))
          == "/l/7/web/updates.lock /l/7/api/updates.lock");
    CHECK(paths_of(host::look_for_locks(place, {{8}, {{"web"}}})).empty());
    CHECK(
      paths_of(host::look_for_locks({.root = folder / "no", .host_root = "/l"}, {{7}, {{"web"}}}))
        .empty());
  }

  TEST_CASE("locks: a name cannot lead out of its app's folder") {
    const temp_folder folder;
    fs::create_directories(folder / "7/web");
    touch(folder / "7/updates.lock");
    touch(folder / "updates.lock");
    const host::lock_place place{.root = folder.path(), .host_root = "/l", .own_uid = nobody_here};
    for (const auto& name : std::vector<std::string>{"",
           ".",
           "..",
           "../..",
           "web/..",
           "/etc",
           "a/b",
           std::string("web\0x", 5),
           std::string(256, 'a')}) {
      CAPTURE(name);
      CHECK(paths_of(host::look_for_locks(place, {{7}, {{"web"}, {name}}})) == "invalid input");
    }
    const temp_folder elsewhere;
    touch(elsewhere / "updates.lock");
    fs::create_directory_symlink(elsewhere.path(), folder / "7/linked");
    CHECK(paths_of(host::look_for_locks(place, {{7}, {{"linked"}}})) == "unavailable");
  }

  TEST_CASE(
    "locks: what cannot be looked into is an error with its path, not the absence of locks") {
    const temp_folder folder;
    fs::create_directories(folder / "7");
    touch(folder / "7/web");
    touch(folder / "8");
    const host::lock_place place{.root = folder.path(), .host_root = "/l", .own_uid = nobody_here};
    const struct {
      const char* name;
      app_id app;
      fs::path told;
    } rows[] = {
      {"a file for a service", {7}, folder / "7/web"}, {"a file for an app", {8}, folder / "8"}};
    for (const auto& row : rows) {
      CAPTURE(row.name);
      const auto found = host::look_for_locks(place, {row.app, {{"web"}}});
      REQUIRE(!found);
      CHECK(found.error().code == errc::unavailable);
      CHECK(found.error().what.find(row.told.string() + ": ") != std::string::npos);
    }
    if (::geteuid() != 0) { // root may look everywhere
      fs::create_directories(folder / "9/web");
      fs::permissions(folder / "9", fs::perms::none);
      CHECK(paths_of(host::look_for_locks(place, {{9}, {{"web"}}})) == "unavailable");
      fs::permissions(folder / "9", fs::perms::owner_all);
    }
  }
}

} // namespace
} // namespace copal::test
