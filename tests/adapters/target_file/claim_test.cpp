#include "adapters/target_file/claim.hpp"

#include "tests/support/temp_folder.hpp"

#include <csignal>
#include <filesystem>
#include <string>

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace copal;
using target_file::engine_claim;

namespace {

const std::string here = "tcp://10.0.0.1:2375";

} // namespace

TEST_SUITE("target file") {
  TEST_CASE("claim: the second file of a project is refused, and told whose the engine is") {
    const test::temp_folder folder;
    const auto first = engine_claim::take(folder / "run", {here, "shop", "/a/compose.yaml"});
    REQUIRE(first);
    const auto second = engine_claim::take(folder / "run", {here, "shop", "/b/compose.yaml"});
    REQUIRE(!second);
    CHECK(second.error().code == errc::conflict);
    CHECK(second.error().what
          == "the engine tcp://10.0.0.1:2375 is kept at /a/compose.yaml (project shop) by another "
             "copal, process "
               + std::to_string(::getpid())
               + "; change that file, or end that process and start again with /b/compose.yaml");
    const auto other = engine_claim::take(folder / "run", {here, "store", "/b/compose.yaml"});
    REQUIRE(!other);
    CHECK(other.error().what.find("one engine follows one file") != std::string::npos);
    CHECK(engine_claim::take(folder / "run", {"tcp://10.0.0.2:2375", "shop", "/b"}));
  }

  TEST_CASE("claim: it ends with its holder, also when that is killed") {
    const test::temp_folder folder;
    {
      const auto first = engine_claim::take(folder.path(), {here, "shop", "/a"});
      REQUIRE(first);
    }
    int ready[2];
    REQUIRE(::pipe(ready) == 0);
    const auto child = ::fork();
    if (child == 0) {
      const auto held = engine_claim::take(folder.path(), {here, "shop", "/child"});
      const char answer = held ? 'y' : 'n';
      static_cast<void>(::write(ready[1], &answer, 1) < 0);
      ::pause();
      ::_exit(0);
    }
    char answer = '?';
    CHECK(::read(ready[0], &answer, 1) == 1);
    CHECK(answer == 'y');
    const auto refused = engine_claim::take(folder.path(), {here, "shop", "/b"});
    CHECK_FALSE(refused);
    if (!refused)
      CHECK(refused.error().what.find("/child (project shop)") != std::string::npos);
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    CHECK(engine_claim::take(folder.path(), {here, "shop", "/b"}));
    ::close(ready[0]);
    ::close(ready[1]);
  }

  TEST_CASE("claim: one socket has one name, and different addresses have different ones") {
    const test::temp_folder folder;
    std::filesystem::create_directory(folder / "run");
    std::filesystem::create_symlink("run", folder / "alias");
    const auto under = [&](const char* name) {
      return target_file::lock_name_of("unix://" + (folder / name).string());
    };
    CHECK(under("run/docker.sock") == under("alias/docker.sock"));
    CHECK(under("run/docker.sock") != under("run/podman.sock"));
    CHECK(target_file::lock_name_of("tcp://a:1") == "engine-tcp%3a%2f%2fa%3a1.lock");
  }

  TEST_CASE("claim: a folder that cannot be made is told") {
    const auto got = engine_claim::take("/dev/null/run", {here, "shop", "/a"});
    REQUIRE(!got);
    CHECK(got.error().code == errc::unavailable);
    CHECK(got.error().what.find("making the runtime folder /dev/null/run: ") == 0);
  }
}
