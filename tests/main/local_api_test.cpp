#include "main/local_api.hpp"

#include "tests/support/temp_folder.hpp"

#include <fstream>

#include <doctest/doctest.h>
#include <sys/stat.h>

namespace copal::test {

TEST_SUITE("main") {
  TEST_CASE("local api: the address that a command on this machine asks") {
    const struct {
      std::string name;
      std::vector<std::string> listening;
      std::string url;
    } rows[] = {
      {"none", {}, ""},
      {"loopback", {"127.0.0.1:48484"}, "http://127.0.0.1:48484"},
      {"loopback beside others", {"10.114.104.1:1", "127.0.0.1:2"}, "http://127.0.0.1:2"},
      {"every interface", {"10.0.0.1:1", "0.0.0.0:48484"}, "http://127.0.0.1:48484"},
      {"every interface, IPv6", {"[::]:48484"}, "http://[::1]:48484"},
      {"only another one", {"10.0.0.1:48484"}, "http://10.0.0.1:48484"},
    };
    for (const auto& row : rows) {
      CAPTURE(row.name);
      CHECK(url_of(row.listening) == row.url);
    }
  }

  TEST_CASE("local api: what was told is found, and only the owner can read it") {
    const temp_folder folder;
    CHECK(find_local_api(folder.path()).error().code == errc::not_found);
    const local_api what{"http://127.0.0.1:1", secret{"key"}};
    REQUIRE(tell_local_api(folder.path(), what));
    CHECK((find_local_api(folder.path()).value() == what));
    struct stat facts {};
    REQUIRE(::stat((folder / "local-api.json").c_str(), &facts) == 0);
    CHECK((facts.st_mode & 0777U) == 0600U);
    const auto inode = facts.st_ino;
    REQUIRE(tell_local_api(folder.path(), what));
    REQUIRE(::stat((folder / "local-api.json").c_str(), &facts) == 0);
    CHECK_MESSAGE(facts.st_ino == inode, "what is so already is not written again");
    REQUIRE(tell_local_api(folder.path(), {"http://127.0.0.1:2", secret{"key"}}));
    CHECK(find_local_api(folder.path()).value().url == "http://127.0.0.1:2");
  }

  TEST_CASE("local api: a damaged file is told, not believed") {
    const temp_folder folder;
    for (const auto* text : {"", "{", "[]", R"({"url":"x"})", R"({"url":1,"key":"k"})"}) {
      CAPTURE(text);
      std::ofstream{folder / "local-api.json"} << text;
      const auto found = find_local_api(folder.path());
      REQUIRE_FALSE(found);
      CHECK(found.error().code == errc::corrupt);
      CHECK(found.error().what.find("local-api.json") != std::string::npos);
    }
  }
}

} // namespace copal::test
