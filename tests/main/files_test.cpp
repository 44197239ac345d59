#include "adapters/files/files.hpp"

#include "tests/support/temp_folder.hpp"

#include <array>
#include <fstream>
#include <string>

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace copal::test {
namespace {

namespace fs = std::filesystem;

fs::perms mode_of(const fs::path& path) {
  return fs::status(path).permissions();
}

TEST_SUITE("main") {
  TEST_CASE("files: what is put in a file's place is for its owner alone, whatever the umask is") {
    const temp_folder folder;
    const auto path = folder / "state.json";
    for (const auto mask : {0000U, 0077U, 0777U}) {
      CAPTURE(mask);
      const auto before = ::umask(mask);
      const auto done = files::replace(path, "secret");
      ::umask(before);
      REQUIRE(done);
      CHECK(*files::read(path, 100) == "secret");
      CHECK(mode_of(path) == (fs::perms::owner_read | fs::perms::owner_write));
      CHECK_FALSE(fs::exists(folder / "state.json.new"));
    }
  }

  TEST_CASE("files: a file that somebody has put beside gets nothing of the text") {
    const temp_folder folder;
    const auto path = folder / "state.json";
    const auto beside = folder / "state.json.new";
    std::ofstream{beside} << "bait";
    fs::permissions(beside, fs::perms::all);
    const int held = ::open(beside.c_str(), O_RDONLY | O_CLOEXEC);
    REQUIRE(held >= 0);
    REQUIRE(files::replace(path, "secret"));
    std::array<char, 16> seen{};
    const auto n = ::read(held, seen.data(), seen.size());
    ::close(held);
    REQUIRE(n >= 0);
    CHECK(std::string(seen.data(), static_cast<std::size_t>(n)) == "bait");
    CHECK(*files::read(path, 100) == "secret");
    CHECK(mode_of(path) == (fs::perms::owner_read | fs::perms::owner_write));
  }

  TEST_CASE("files: a link that somebody has put beside is not followed") {
    const temp_folder folder;
    const auto elsewhere = folder / "elsewhere";
    std::ofstream{elsewhere} << "theirs";
    fs::create_symlink(elsewhere, folder / "state.json.new");
    REQUIRE(files::replace(folder / "state.json", "secret"));
    CHECK(*files::read(elsewhere, 100) == "theirs");
    CHECK_FALSE(fs::is_symlink(folder / "state.json"));
  }

  TEST_CASE("files: what cannot be taken away from beside is refused, and the old text stands") {
    const temp_folder folder;
    const auto path = folder / "state.json";
    std::ofstream{path} << "old";
    fs::create_directory(folder / "state.json.new");
    const auto done = files::replace(path, "secret");
    REQUIRE_FALSE(done);
    CHECK(done.error().what.find("state.json.new") != std::string::npos);
    CHECK(*files::read(path, 100) == "old");
  }
}

} // namespace
} // namespace copal::test
