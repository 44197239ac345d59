#include "adapters/target_file/files.hpp"

#include "tests/support/temp_folder.hpp"

#include <fstream>
#include <string>

#include <doctest/doctest.h>
#include <sys/stat.h>

using namespace copal;

namespace {

void write(const std::filesystem::path& path, const std::string& text) {
  std::ofstream{path} << text;
}

errc code_of(const std::filesystem::path& path, std::size_t most = 100) {
  const auto got = target_file::read_small(path.string(), most);
  return got ? errc{} : got.error().code;
}

} // namespace

TEST_SUITE("target file") {
  TEST_CASE("files: only a regular file is read, or a link to one") {
    const test::temp_folder folder;
    write(folder / "file", "text");
    std::filesystem::create_symlink("file", folder / "link");
    std::filesystem::create_symlink("gone", folder / "dangling");
    std::filesystem::create_symlink("loop", folder / "loop");
    std::filesystem::create_directory(folder / "folder");
    REQUIRE(::mkfifo((folder / "pipe").c_str(), 0600) == 0);
    CHECK(target_file::read_small((folder / "file").string(), 4).value() == "text");
    CHECK(target_file::read_small((folder / "link").string(), 4).value() == "text");
    CHECK(code_of(folder / "dangling") == errc::not_found);
    CHECK(code_of(folder / "gone") == errc::not_found);
    CHECK(code_of(folder / "file/below") == errc::not_found);
    CHECK(code_of(folder / "loop") == errc::unavailable);
    CHECK(code_of(folder / "folder") == errc::invalid_input);
    CHECK(code_of(folder / "pipe") == errc::invalid_input); // and it does not wait for a writer
    CHECK(code_of("/dev/null") == errc::invalid_input);
    CHECK(code_of(folder / "file", 3) == errc::exhausted);
  }

  TEST_CASE("files: the reason names the file") {
    const test::temp_folder folder;
    const auto path = (folder / "gone").string();
    const auto got = target_file::read_small(path, 10);
    REQUIRE(!got);
    CHECK(got.error().what == "reading " + path + ": No such file or directory");
  }
}
