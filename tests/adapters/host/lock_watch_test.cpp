#include "adapters/host/lock_watch.hpp"

#include "tests/support/temp_folder.hpp"

#include <cerrno>
#include <fstream>
#include <string>

#include <doctest/doctest.h>
#include <sys/inotify.h>

namespace copal::test {
namespace {

namespace fs = std::filesystem;
using host::lock_watch;

/// Users' locks below a folder, as files.
struct locked_machine {
  temp_folder folder;

  user_lock lock(int app, const std::string& service, const char* name = "updates.lock") const {
    const auto at = folder.path() / std::to_string(app) / service;
    fs::create_directories(at);
    std::ofstream{at / name} << "";
    return {{app}, {service}, (at / name).string(), {}};
  }
};

std::set<int> gone(lock_watch& watch) {
  std::set<int> out;
  for (const auto app : watch.take())
    out.insert(static_cast<int>(app.value));
  return out;
}

TEST_SUITE("host") {
  TEST_CASE("locks: the release of one that is watched is told once") {
    const locked_machine m;
    lock_watch watch{::inotify_init1};
    const auto lock = m.lock(7, "web");
    REQUIRE(watch.begin(m.folder.path(), {7}, {lock}));
    CHECK(gone(watch).empty());
    REQUIRE(fs::remove(lock.path));
    CHECK(gone(watch) == std::set{7});
    CHECK(watch.folders() == 0);
    (void)m.lock(7, "web");
    REQUIRE(fs::remove(lock.path));
    CHECK(gone(watch).empty());
  }

  TEST_CASE("locks: whatever way it goes, its going is told") {
    const struct {
      std::string name;
      void (*go)(const fs::path& root);
    } rows[] = {
      {"it is moved away",
        [](const fs::path& root) { fs::rename(root / "7/web/updates.lock", root / "x"); }},
      {"it is moved within its folder",
        [](const fs::path& root) { fs::rename(root / "7/web/updates.lock", root / "7/web/x"); }},
      {"its folder goes", [](const fs::path& root) { fs::remove_all(root / "7/web"); }},
      {"its folder is moved away",
        [](const fs::path& root) { fs::rename(root / "7/web", root / "7/other"); }},
      {"the app's folder goes", [](const fs::path& root) { fs::remove_all(root / "7"); }},
      {"the app's folder is moved away",
        [](const fs::path& root) { fs::rename(root / "7", root / "70"); }},
    };
    for (const auto& row : rows) {
      CAPTURE(row.name);
      const locked_machine m;
      lock_watch watch{::inotify_init1};
      REQUIRE(watch.begin(m.folder.path(), {7}, {m.lock(7, "web")}));
      row.go(m.folder.path());
      CHECK(gone(watch) == std::set{7});
    }
  }

  TEST_CASE("locks: a folder and a link are locks as well") {
    const locked_machine m;
    lock_watch watch{::inotify_init1};
    const auto folder = m.lock(7, "web");
    REQUIRE(fs::remove(folder.path));
    fs::create_directory(folder.path);
    const auto link = m.lock(8, "web", "resin-updates.lock");
    REQUIRE(fs::remove(link.path));
    fs::create_symlink("nowhere", link.path);
    REQUIRE(watch.begin(m.folder.path(), {7}, {folder}));
    REQUIRE(watch.begin(m.folder.path(), {8}, {link}));
    REQUIRE(fs::remove(folder.path));
    CHECK(gone(watch) == std::set{7});
    REQUIRE(fs::remove(link.path));
    CHECK(gone(watch) == std::set{8});
  }

  TEST_CASE("locks: what else happens in the folders is not told") {
    const locked_machine m;
    lock_watch watch{::inotify_init1};
    const auto web = m.lock(7, "web");
    const auto db = m.lock(8, "db");
    const auto other = m.lock(7, "other");
    const auto beside = m.lock(7, "web", "notes");
    REQUIRE(watch.begin(m.folder.path(), {7}, {web}));
    REQUIRE(watch.begin(m.folder.path(), {8}, {db}));
    REQUIRE(fs::remove(other.path));
    REQUIRE(fs::remove(beside.path));
    std::ofstream{web.path} << "written to";
    CHECK(gone(watch).empty());
    REQUIRE(fs::remove(db.path));
    CHECK(gone(watch) == std::set{8});
    watch.end({7});
    REQUIRE(fs::remove(web.path));
    CHECK(gone(watch).empty());
    CHECK(watch.folders() == 0);
  }

  TEST_CASE("locks: what cannot be watched is said, and nothing of it is kept") {
    const locked_machine m;
    lock_watch none{[](int) {
      errno = EMFILE;
      return -1;
    }};
    CHECK_FALSE(none.begin(m.folder.path(), {7}, {m.lock(7, "web")}));
    CHECK(none.take().empty());

    lock_watch watch{::inotify_init1};
    std::vector<user_lock> many;
    for (std::size_t i = 0; i <= lock_watch::most_folders; ++i)
      many.push_back(m.lock(7, "s" + std::to_string(i)));
    CHECK_FALSE(watch.begin(m.folder.path(), {7}, many));
    CHECK(watch.folders() == 0);
    user_lock went = m.lock(7, "went");
    fs::remove_all(m.folder.path() / "7/went");
    CHECK_FALSE(watch.begin(m.folder.path(), {7}, {went}));
    CHECK(watch.folders() == 0);
  }
}

} // namespace
} // namespace copal::test
