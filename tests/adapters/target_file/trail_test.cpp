#include "adapters/target_file/trail.hpp"

#include "tests/support/temp_folder.hpp"

#include <filesystem>
#include <fstream>

#include <doctest/doctest.h>

using namespace copal;

namespace {

namespace fs = std::filesystem;

using names = std::set<std::string>;

/// The folders below (and with) this one, relative to it, and which of their entries matter.
std::map<std::string, names> below(const fs::path& root, const target_file::trail& way) {
  std::map<std::string, names> out;
  for (const auto& [folder, entries] : way.folders) {
    if (folder.starts_with(root.string()))
      out[fs::path{folder}.lexically_relative(root).string()] = entries;
  }
  return out;
}

target_file::trail way_to(const fs::path& path) {
  target_file::trail out;
  target_file::add_way_to(path.string(), out);
  return out;
}

} // namespace

TEST_SUITE("target file") {
  TEST_CASE("trail: of a plain file, the folders above count only for themselves") {
    const test::temp_folder folder;
    const auto root = fs::canonical(folder.path());
    fs::create_directories(root / "a/b");
    std::ofstream{root / "a/b/file"} << "x";
    const auto way = way_to(root / "a/./b/../b/file");
    CHECK(
      (below(root, way) == std::map<std::string, names>{{".", {}}, {"a", {}}, {"a/b", {"file"}}}));
    CHECK(way.folders.at("/").empty());
    CHECK((way.files == names{(root / "a/b/file").string()}));
  }

  TEST_CASE("trail: it ends where something is missing") {
    const test::temp_folder folder;
    const auto root = fs::canonical(folder.path());
    fs::create_directories(root / "a");
    CHECK((below(root, way_to(root / "a/b/file"))
           == std::map<std::string, names>{{".", {}}, {"a", {"b"}}}));
    CHECK(way_to(root / "a/b/file").files.empty());
  }

  TEST_CASE("trail: links are followed and matter, as in a mounted configuration") {
    const test::temp_folder folder;
    const auto root = fs::canonical(folder.path());
    fs::create_directories(root / "..v1");
    std::ofstream{root / "..v1/file"} << "x";
    fs::create_symlink("..v1", root / "..data");
    fs::create_symlink("..data/file", root / "file");
    const auto way = way_to(root / "file");
    CHECK((below(root, way)
           == std::map<std::string, names>{{".", {"..data", "file"}}, {"..v1", {"file"}}}));
    CHECK((way.files == names{(root / "..v1/file").string()}));
  }

  TEST_CASE("trail: a circle of links ends") {
    const test::temp_folder folder;
    const auto root = fs::canonical(folder.path());
    fs::create_symlink("b", root / "a");
    fs::create_symlink(root / "a", root / "b");
    CHECK((below(root, way_to(root / "a/x")) == std::map<std::string, names>{{".", {"a", "b"}}}));
  }
}
