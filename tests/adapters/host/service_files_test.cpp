#include "adapters/host/service_files.hpp"

#include "tests/support/temp_folder.hpp"

#include <fstream>
#include <sstream>
#include <string>

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

namespace copal::host {
namespace {

namespace fs = std::filesystem;

const std::string first_name(service_file_name_size, 'a');
const std::string other_name(service_file_name_size, '0');

service_file file(const std::string& name, const std::string& content) {
  service_file out;
  out.name = name;
  out.target = "/run/secrets/db";
  out.content = secret{content};
  out.uid = ::geteuid();
  out.gid = ::getegid();
  return out;
}

std::string content_of(const fs::path& path) {
  std::ifstream in{path, std::ios::binary};
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

struct stat facts_of(const fs::path& path) {
  struct stat out {};
  CHECK(::lstat(path.c_str(), &out) == 0);
  return out;
}

std::string why(const result<void>& outcome) {
  return outcome ? "done" : outcome.error().what;
}

struct bench {
  test::temp_folder parent;
  fs::path folder = parent / "copal/files";

  [[nodiscard]] std::size_t count() const {
    return static_cast<std::size_t>(
      std::distance(fs::directory_iterator{folder}, fs::directory_iterator{}));
  }
};

TEST_SUITE("host") {
  TEST_CASE("service files: placed whole, with mode and owner, in a folder for us alone") {
    const bench b;
    auto wanted = file(first_name, std::string{"s3c\0ret\n", 8});
    wanted.mode = 0440;
    if (::geteuid() == 0) {
      wanted.uid = 103;
      wanted.gid = 104;
    }
    REQUIRE(why(place(b.folder, {{wanted, file(other_name, "")}})) == "done");
    CHECK(content_of(b.folder / first_name) == std::string{"s3c\0ret\n", 8});
    const auto facts = facts_of(b.folder / first_name);
    CHECK((facts.st_mode & 07777) == 0440);
    CHECK(facts.st_uid == wanted.uid);
    CHECK(facts.st_gid == wanted.gid);
    CHECK((facts_of(b.folder / other_name).st_mode & 07777) == 0444);
    CHECK((facts_of(b.folder).st_mode & 07777) == 0700);
    CHECK(b.count() == 2);
  }

  TEST_CASE("service files: what is there as it is to be stays, anything else is put right") {
    const bench b;
    const auto path = b.folder / first_name;
    const auto wanted = file(first_name, "right");
    REQUIRE(place(b.folder, {{wanted}}));
    const auto before = facts_of(path).st_ino;
    REQUIRE(place(b.folder, {{wanted}}));
    CHECK(facts_of(path).st_ino == before);

    fs::permissions(path, fs::perms::owner_all);
    REQUIRE(place(b.folder, {{wanted}}));
    CHECK((facts_of(path).st_mode & 07777) == 0444);
    fs::remove(path);
    std::ofstream{path} << "wrong"; // of the same length
    ::chmod(path.c_str(), 0444);
    REQUIRE(place(b.folder, {{wanted}}));
    CHECK(content_of(path) == "right");
    fs::remove(path);
    fs::create_symlink("/etc/passwd", path);
    REQUIRE(place(b.folder, {{wanted}}));
    CHECK(content_of(path) == "right");
    CHECK(S_ISREG(facts_of(path).st_mode));
    // What an interrupted writing left is no obstacle.
    std::ofstream{b.folder / ".new"} << "half";
    REQUIRE(place(b.folder, {{file(other_name, "2")}}));
    CHECK(b.count() == 2);
    ::chmod(b.folder.c_str(), 0755);
    REQUIRE(place(b.folder, {{wanted}}));
    CHECK((facts_of(b.folder).st_mode & 07777) == 0700);
  }

  TEST_CASE("service files: those that nobody names go, strangers stay") {
    const bench b;
    CHECK(why(keep(b.folder, {{first_name}})) == "done");
    CHECK_FALSE(fs::exists(b.folder.parent_path())); // nothing is made for it
    REQUIRE(place(b.folder, {{file(first_name, "1"), file(other_name, "2")}}));
    std::ofstream{b.folder / ".new"} << "half";
    std::ofstream{b.folder / "notes"} << "not ours";
    CHECK(why(keep(b.folder, {{first_name}})) == "done");
    CHECK(fs::exists(b.folder / first_name));
    CHECK(fs::exists(b.folder / "notes"));
    CHECK(b.count() == 2);
    CHECK(why(keep(b.folder, {})) == "done");
    CHECK(b.count() == 1);
  }

  TEST_CASE("service files: names that are none, and places that are not safe, are refused") {
    const bench b;
    for (const auto& name :
      {std::string{}, std::string{"../x"}, std::string(32, 'A'), std::string(33, 'a')})
      CHECK(
        why(place(b.folder, {{file(name, "s3cret")}}))
        == "the files of services: one for /run/secrets/db has a name that is not 32 hexadecimal "
           "digits");
    CHECK(why(place(b.folder, {})) == "done");
    CHECK_FALSE(fs::exists(b.folder));
    fs::create_directory(b.parent / "copal");
    const auto refused = [&b](const std::string& part) {
      const auto told = why(place(b.folder, {{file(first_name, "s3cret")}}));
      CAPTURE(told);
      CHECK(told.find(part) != std::string::npos);
      CHECK(told.find("s3cret") == std::string::npos);
    };
    ::chmod((b.parent / "copal").c_str(), 0777);
    refused("copal can be changed by others; remove it, or name another folder");
    ::chmod((b.parent / "copal").c_str(), 0755);
    fs::create_directory_symlink("/", b.folder);
    refused("copal/files: ");
    fs::remove(b.folder);
    std::ofstream{b.folder} << "a file";
    refused("copal/files: ");
    if (::geteuid() == 0) {
      fs::remove(b.folder);
      fs::create_directory(b.folder);
      REQUIRE(::chown(b.folder.c_str(), 1000, 0) == 0);
      refused("copal/files belongs to user 1000; remove it, or name another folder");
    }
  }
}

} // namespace
} // namespace copal::host
