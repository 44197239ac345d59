#include "adapters/host/locks.hpp"
#include "tests/support/temp_folder.hpp"

#include <fstream>
#include <string>

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

namespace copal::test {
namespace {

namespace fs = std::filesystem;

/// Root plays the supervisor as it is on a device; others can make files of their own only.
uid_t own_user() {
  return ::geteuid() == 0 ? 65534 : ::geteuid();
}

host::lock_place place_in(const temp_folder& folder) {
  return {.root = folder / "locks", .host_root = "/l", .own_uid = own_user()};
}

std::string taken(const host::lock_place& place, const host::take_locks& asked) {
  const auto outcome = host::take(place, asked);
  if (!outcome)
    return to_string(outcome.error().code);
  std::string all;
  for (const auto& lock : outcome->held)
    all += (all.empty() ? "" : " ") + lock.path;
  return all;
}

/// A folder is never the supervisor's, whoever runs the tests.
void lock_as_user(const host::lock_place& place, const std::string& below) {
  fs::create_directories(place.root / below);
}

bool there(const host::lock_place& place, const std::string& below) {
  return fs::exists(fs::symlink_status(place.root / below));
}

std::size_t own_apps(const host::lock_place& place) {
  const auto found = host::find_own(place);
  REQUIRE(found);
  return found->apps.size();
}

TEST_SUITE("host") {
  TEST_CASE("locks: taking makes the folders, both files and the owner; releasing deletes them") {
    const temp_folder folder;
    const auto place = place_in(folder);
    CHECK(own_apps(place) == 0);
    CHECK(taken(place, {{7}, {{"web"}, {"db"}}}) == "");
    for (const auto* file : {"7/web/updates.lock",
           "7/web/resin-updates.lock",
           "7/db/updates.lock",
           "7/db/resin-updates.lock"}) {
      CAPTURE(file);
      struct stat facts {};
      REQUIRE(::lstat((place.root / file).c_str(), &facts) == 0);
      CHECK(S_ISREG(facts.st_mode));
      CHECK(facts.st_uid == own_user());
    }
    struct stat facts {};
    REQUIRE(::stat((place.root / "7/web").c_str(), &facts) == 0);
    CHECK((facts.st_mode & 07777) == 01777);
    CHECK(own_apps(place) == 1);
    CHECK(host::release(place, {8}));
    CHECK(own_apps(place) == 1);
    CHECK(host::release(place, {7}));
    CHECK(own_apps(place) == 0);
    CHECK(there(place, "7/web"));
    CHECK(host::release(place, {7}));
  }

  TEST_CASE("spec 12.52: one service's lock leaves all untaken; force deletes it and takes") {
    const temp_folder folder;
    const auto place = place_in(folder);
    lock_as_user(place, "7/db/updates.lock");
    CHECK(taken(place, {{7}, {{"api"}, {"db"}, {"web"}}}) == "/l/7/db/updates.lock");
    CHECK(own_apps(place) == 0);
    CHECK(there(place, "7/db/updates.lock"));
    CHECK(taken(place, {{7}, {{"api"}, {"db"}, {"web"}}, true}) == "");
    CHECK(fs::is_regular_file(place.root / "7/db/updates.lock"));
    CHECK(there(place, "7/web/resin-updates.lock"));
  }

  TEST_CASE("locks: force leaves a folder that is not empty") {
    const temp_folder folder;
    const auto place = place_in(folder);
    lock_as_user(place, "7/web/updates.lock/deep");
    CHECK(taken(place, {{7}, {{"web"}}, true}) == "/l/7/web/updates.lock");
    CHECK(there(place, "7/web/updates.lock/deep"));
    CHECK(own_apps(place) == 0);
  }

  TEST_CASE("spec 12.53: what a crash left is adopted or given back, and users' locks stay") {
    const temp_folder folder;
    const auto place = place_in(folder);
    REQUIRE(taken(place, {{7}, {{"web"}}}) == "");
    REQUIRE(fs::remove(place.root / "7/web/updates.lock")); // it crashed between the two files
    CHECK(taken(place, {{7}, {{"web"}}}) == "");
    CHECK(there(place, "7/web/updates.lock"));
    lock_as_user(place, "7/db/updates.lock");
    CHECK(taken(place, {{7}, {{"web"}, {"db"}}}) == "/l/7/db/updates.lock");
    CHECK_FALSE(there(place, "7/web/updates.lock"));
    CHECK(host::release(place, {7}));
    CHECK(there(place, "7/db/updates.lock"));
  }

  TEST_CASE("locks: a service's folder is made so that every user can lock") {
    const temp_folder folder;
    const auto place = place_in(folder);
    fs::create_directories(place.root / "7/web"); // as the engine makes it
    CHECK(host::make_folder(place, {7}, {"web"}));
    struct stat facts {};
    REQUIRE(::stat((place.root / "7/web").c_str(), &facts) == 0);
    CHECK((facts.st_mode & 07777) == 01777);
    CHECK_FALSE(host::make_folder(place, {7}, {"../db"}));
  }

  TEST_CASE("locks: a link in the place of a folder is not followed") {
    const temp_folder folder;
    const temp_folder elsewhere;
    const auto place = place_in(folder);
    fs::create_directories(place.root / "7");
    fs::create_directory_symlink(elsewhere.path(), place.root / "7/web");
    CHECK(taken(place, {{7}, {{"web"}}, true}) == "unavailable");
    CHECK(fs::is_empty(elsewhere.path()));
  }
}

} // namespace
} // namespace copal::test
