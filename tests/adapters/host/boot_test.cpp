#include "adapters/host/boot.hpp"

#include "tests/support/temp_folder.hpp"

#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>

#include <doctest/doctest.h>

namespace copal::test {
namespace {

namespace fs = std::filesystem;

/// A machine that was booted at that second.
host::boot_place machine(const temp_folder& folder, const std::string& btime) {
  fs::create_directories(folder.path() / "proc/sys/kernel/random");
  std::ofstream{folder.path() / "proc/sys/kernel/random/boot_id"} << "0f-1e\n";
  std::ofstream{folder.path() / "proc/stat"} << "cpu  1 2 3\nintr 9\n" << btime;
  return {folder.path() / "proc", folder.path() / "flags" / "reboot-after-apply"};
}

TEST_SUITE("host: boot") {
  TEST_CASE("boot: its name and time are the kernel's") {
    const temp_folder folder;
    const auto found = host::look_at_boot(machine(folder, "btime 1700000000\nprocesses 4\n"));
    REQUIRE(found);
    CHECK(found->id == "0f-1e");
    CHECK(found->at == wall_time{std::chrono::seconds{1'700'000'000}});
    CHECK(!found->reboot);
  }

  TEST_CASE("boot: what the kernel does not tell is said") {
    const temp_folder folder;
    const auto no_time = host::look_at_boot(machine(folder, "processes 4\n"));
    REQUIRE(!no_time);
    CHECK(no_time.error().code == errc::unavailable);
    CHECK(no_time.error().what.find("btime") != std::string::npos);
    const auto nothing = host::look_at_boot({folder.path() / "none", folder.path() / "flag"});
    REQUIRE(!nothing);
    CHECK(nothing.error().what.find("boot_id") != std::string::npos);
  }

  TEST_CASE("spec 12.50: a reboot is required while the flag is younger than the boot") {
    const temp_folder folder;
    const auto before = machine(folder, "btime 1700000000\n");
    REQUIRE(host::flag_reboot(before));
    CHECK(host::look_at_boot(before)->reboot);
    // The machine was booted since.
    const auto after = machine(folder, "btime 4000000000\n");
    std::ofstream{folder.path() / "proc/sys/kernel/random/boot_id"} << "2a-3b\n";
    CHECK(!host::look_at_boot(after)->reboot);
  }

  TEST_CASE("boot: a flag of ours is of the boot that it was written in, whatever the clock says") {
    const temp_folder folder;
    const auto place = machine(folder, "btime 4000000000\n"); // the clock runs behind since
    REQUIRE(host::flag_reboot(place));
    CHECK(host::look_at_boot(place)->reboot);
    std::ofstream{folder.path() / "proc/sys/kernel/random/boot_id"} << "2a-3b\n";
    std::ofstream{folder.path() / "proc/stat"} << "btime 5\n";
    const auto next = host::look_at_boot(place);
    CHECK(!next->reboot);
    CHECK(next->in_a_row == 0);
  }

  TEST_CASE("boot: reboots that are required soon after each boot are counted") {
    const temp_folder folder;
    const auto place = machine(folder, "btime 5\n");
    const auto boot = [&](const std::string& id, const std::string& uptime) {
      std::ofstream{folder.path() / "proc/sys/kernel/random/boot_id"} << id << '\n';
      std::ofstream{folder.path() / "proc/uptime"} << uptime << " 12.00\n";
    };
    boot("b1", "90000.00");
    CHECK(host::flag_reboot(place)->in_a_row == 1);
    boot("b2", "60.50");
    CHECK(host::flag_reboot(place)->in_a_row == 2);
    CHECK(host::flag_reboot(place)->in_a_row == 2); // still the same boot
    boot("b3", "60.50");
    CHECK(host::flag_reboot(place)->in_a_row == 3);
    boot("b4", "7200.00"); // this boot has lasted
    CHECK(host::flag_reboot(place)->in_a_row == 1);
  }

  TEST_CASE("boot: a flag of somebody else's, or a spoilt one, counts by its age") {
    const temp_folder folder;
    const auto place = machine(folder, "btime 1700000000\n");
    fs::create_directories(place.flag.parent_path());
    for (const auto* text : {"", "what is this", "0f-1e -3", "0f-1e"}) {
      CAPTURE(text);
      std::ofstream{place.flag} << text;
      CHECK(host::look_at_boot(place)->reboot);
      CHECK(host::look_at_boot(place)->in_a_row == 0);
    }
  }

  TEST_CASE("boot: a link in place of the flag is neither followed nor believed") {
    const temp_folder folder;
    const auto place = machine(folder, "btime 1700000000\n");
    std::ofstream{folder.path() / "precious"} << "as it is";
    fs::last_write_time(folder.path() / "precious", fs::file_time_type{} + std::chrono::hours{1});
    const auto before = fs::last_write_time(folder.path() / "precious");
    fs::create_directories(place.flag.parent_path());
    fs::create_symlink(folder.path() / "precious", place.flag);
    CHECK(!host::look_at_boot(place)->reboot);
    CHECK(!host::flag_reboot(place));
    CHECK(fs::last_write_time(folder.path() / "precious") == before);
  }
}

} // namespace
} // namespace copal::test
