#include "main/files_place.hpp"

#include "tests/support/temp_folder.hpp"

#include <filesystem>
#include <fstream>
#include <set>
#include <string>

#include <doctest/doctest.h>
#include <sys/stat.h>

namespace copal {
namespace {

using folders = std::set<std::filesystem::path>;

TEST_SUITE("files place") {
  TEST_CASE("files place: in memory where the host has some, and seen through its root") {
    const device_uuid device{"0123456789abcdef"};
    const std::string own = "copal/files/0123456789ab";
    const struct {
      std::string name, asked, root;
      folders in_memory;
      std::string host, here;
      bool warns;
    } rows[] = {
      {"/run", "", "/", {"/run", "/dev/shm"}, "/run/" + own, "/run/" + own, false},
      {"/run is on a disk", "", "/", {"/dev/shm"}, "/dev/shm/" + own, "/dev/shm/" + own, false},
      {"nothing is in memory", "", "/", {}, "/run/" + own, "/run/" + own, true},
      {"in a container",
        "",
        "/mnt/root",
        {"/mnt/root/run", "/dev/shm"},
        "/run/" + own,
        "/mnt/root/run/" + own,
        false},
      {"the container's own memory does not count",
        "",
        "/mnt/root",
        {"/run", "/dev/shm"},
        "/run/" + own,
        "/mnt/root/run/" + own,
        true},
      {"as asked", "/m/./files", "/mnt/root", {}, "/m/files", "/mnt/root/m/files", false},
    };
    for (const auto& row : rows) {
      CAPTURE(row.name);
      const auto found = choose_files_place(
        row.asked, row.root, device, [&row](const std::filesystem::path& folder) {
          return row.in_memory.contains(folder);
        });
      CHECK(found.host == row.host);
      CHECK(found.here == row.here);
      CHECK(found.warning.empty() != row.warns);
    }
    CHECK_FALSE(is_in_memory("/proc"));
    CHECK_FALSE(is_in_memory("/no/such/folder"));
  }

  TEST_CASE("files salt: made once, kept, for its owner alone") {
    const test::temp_folder folder;
    int drawn = 0;
    const auto draw = [&drawn] { return "salt" + std::to_string(++drawn); };
    CHECK(open_files_salt(folder.path(), draw) == secret{"salt1"});
    CHECK(open_files_salt(folder.path(), draw) == secret{"salt1"});
    struct stat facts {};
    REQUIRE(::stat((folder / "files.salt").c_str(), &facts) == 0);
    CHECK((facts.st_mode & 0777) == 0600);
    std::ofstream{folder / "files.salt", std::ios::trunc} << "";
    CHECK(open_files_salt(folder.path(), draw) == secret{"salt2"});
    std::filesystem::remove(folder / "files.salt");
    std::filesystem::create_directory(folder / "files.salt");
    CHECK_FALSE(open_files_salt(folder.path(), draw));
    CHECK(drawn == 2);
  }
}

} // namespace
} // namespace copal
