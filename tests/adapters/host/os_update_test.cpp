#include "adapters/host/os_update.hpp"

#include "tests/support/temp_folder.hpp"

#include <fstream>

#include <doctest/doctest.h>

namespace copal::test {
namespace {

namespace fs = std::filesystem;

TEST_SUITE("host") {
  TEST_CASE("spec 12.54: marks of an OS update on the state partition are found") {
    const temp_folder state;
    const auto found = [&state] {
      return host::look_for_os_update(state.path()).value().breadcrumbs;
    };
    CHECK(found().empty());
    std::ofstream{state / "something"} << "";
    CHECK(found().empty());
    std::ofstream{state / "rollback-altboot-breadcrumb"} << "";
    CHECK(found() == std::vector{(state / "rollback-altboot-breadcrumb").string()});
    std::ofstream{state / "rollback-health-breadcrumb"} << "";
    CHECK(found().size() == 2);
    CHECK(host::look_for_os_update(state / "nothing").value().breadcrumbs.empty());
    const auto not_looked_into = host::look_for_os_update(state / std::string(300, 'x'));
    REQUIRE_FALSE(not_looked_into);
    CHECK(not_looked_into.error().code == errc::unavailable);
  }

  TEST_CASE("locks: the folder of an older OS is linked to, when it alone is there") {
    const temp_folder tmp;
    const auto ours = tmp / "balena-supervisor";
    const auto root = ours / "services";
    host::link_older_folder(root);
    CHECK_FALSE(fs::exists(fs::symlink_status(ours)));
    fs::create_directory(tmp / "resin-supervisor");
    host::link_older_folder(tmp / "locks" / "services"); // not the usual place
    CHECK_FALSE(fs::exists(fs::symlink_status(tmp / "locks")));
    host::link_older_folder(root);
    CHECK(fs::read_symlink(ours) == "resin-supervisor");
    fs::create_directories(root / "7");
    CHECK(fs::is_directory(tmp / "resin-supervisor/services/7"));
    host::link_older_folder(root); // it is there
    CHECK(fs::read_symlink(ours) == "resin-supervisor");
  }

  TEST_CASE("locks: a folder that is there already, and a link of somebody's, stay") {
    const temp_folder tmp;
    fs::create_directory(tmp / "resin-supervisor");
    fs::create_directory(tmp / "balena-supervisor");
    host::link_older_folder(tmp / "balena-supervisor" / "services");
    CHECK(fs::is_directory(fs::symlink_status(tmp / "balena-supervisor")));
    const temp_folder other;
    fs::create_directory_symlink("/", other / "resin-supervisor");
    host::link_older_folder(other / "balena-supervisor" / "services");
    CHECK_FALSE(fs::exists(fs::symlink_status(other / "balena-supervisor")));
  }
}

} // namespace
} // namespace copal::test
