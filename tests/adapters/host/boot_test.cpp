#include "adapters/host/boot.hpp"

#include "adapters/host/reboot_notes.hpp"
#include "tests/support/temp_folder.hpp"

#include <chrono>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
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
  return {folder.path() / "proc",
    folder.path() / "flags" / "reboot-after-apply",
    folder.path() / "state" / "reboots"};
}

/// It is another run of the machine from here on.
void boot(const temp_folder& folder, const std::string& id, const std::string& btime) {
  std::ofstream{folder.path() / "proc/sys/kernel/random/boot_id"} << id << '\n';
  std::ofstream{folder.path() / "proc/stat"} << "btime " << btime << '\n';
}

const container_id first{"c1"};
const container_id second{"c2"};

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
    const auto nothing =
      host::look_at_boot({folder.path() / "none", folder.path() / "flag", folder.path() / "notes"});
    REQUIRE(!nothing);
    CHECK(nothing.error().what.find("boot_id") != std::string::npos);
  }

  TEST_CASE("spec 12.50: a reboot is required while the flag is younger than the boot") {
    const temp_folder folder;
    const auto before = machine(folder, "btime 1700000000\n");
    REQUIRE(host::flag_reboot(before, {first}));
    CHECK(host::look_at_boot(before)->reboot);
    // The machine was booted since.
    const auto after = machine(folder, "btime 4000000000\n");
    std::ofstream{folder.path() / "proc/sys/kernel/random/boot_id"} << "2a-3b\n";
    CHECK(!host::look_at_boot(after)->reboot);
  }

  TEST_CASE("boot: a flag of ours is of the boot that it was written in, whatever the clock says") {
    const temp_folder folder;
    const auto place = machine(folder, "btime 4000000000\n"); // the clock runs behind since
    REQUIRE(host::flag_reboot(place, {first}));
    CHECK(host::look_at_boot(place)->reboot);
    boot(folder, "2a-3b", "5");
    CHECK(!host::look_at_boot(place)->reboot);
  }

  TEST_CASE("boot: for whom a reboot was required is known in later runs, by no clock") {
    const temp_folder folder;
    const auto place = machine(folder, "btime 4000000000\n");
    CHECK(host::flag_reboot(place, {first})->noted == std::set{first});
    CHECK(host::flag_reboot(place, {first})->noted == std::set{first});
    CHECK(host::flag_reboot(place, {second})->noted == std::set{first, second});
    CHECK(host::look_at_boot(place)->rebooted.empty());
    // What the flag stands in is emptied by a boot.
    fs::remove_all(place.flag.parent_path());
    boot(folder, "2a-3b", "5");
    const auto next = host::look_at_boot(place);
    REQUIRE(next);
    CHECK(!next->reboot);
    CHECK(next->noted.empty());
    CHECK(next->rebooted == std::set{first, second});
    const container_id third{"c3"};
    const auto again = host::flag_reboot(place, {third});
    REQUIRE(again);
    CHECK(again->reboot);
    CHECK(again->noted == std::set{third});
    CHECK(again->rebooted == std::set{first, second});
  }

  TEST_CASE("boot: what is not kept of what waits for it is known in later runs") {
    const temp_folder folder;
    const auto place = machine(folder, "btime 5\n");
    using known = std::map<std::string, std::string>;
    const auto flag = [&place](const container_id& id, const known& unkept) {
      const auto done = host::flag_reboot(place, {id, unkept});
      REQUIRE(done);
      return done->unkept;
    };
    CHECK(flag(first, {{"service:7/web", "d1"}}) == known{{"service:7/web", "d1"}});
    boot(folder, "2a-3b", "5");
    CHECK(host::look_at_boot(place)->unkept == known{{"service:7/web", "d1"}});
    CHECK(flag(second, {{"service:7/web", "d2"}, {"network:a b", "d3"}})
          == known{{"service:7/web", "d2"}, {"network:a b", "d3"}});
    CHECK(flag(second, {}) == known{{"service:7/web", "d2"}, {"network:a b", "d3"}});
    known many;
    for (std::size_t i = 0; i < host::most_reboot_notes; ++i)
      many["service:7/" + std::to_string(i)] = "d";
    CHECK(flag(second, many) == many);
    CHECK(host::look_at_boot(place)->rebooted == std::set{first});
    CHECK(host::look_at_boot(place)->noted == std::set{second});
  }

  TEST_CASE("boot: notes are bounded, and spoilt ones are passed over") {
    const temp_folder folder;
    const auto place = machine(folder, "btime 5\n");
    for (std::size_t i = 0; i <= host::most_reboot_notes; ++i)
      REQUIRE(host::add_reboot_note(place.notes, {"b", container_id{"c" + std::to_string(i)}}));
    const auto notes = host::read_reboot_notes(place.notes);
    CHECK(notes.notes.size() == host::most_reboot_notes);
    CHECK(notes.notes.front().container.value == "c1");
    CHECK(notes.notes.back().container.value == "c" + std::to_string(host::most_reboot_notes));
    std::ofstream{place.notes} << "alone\n\nb7 c7\n"
                               << std::string(100'000, 'x') << "\nunkept\nunkept d\nb8 c8\n";
    CHECK(host::read_reboot_notes(place.notes).unkept.empty());
    CHECK(host::read_reboot_notes(place.notes).notes
          == std::vector<host::reboot_note>{{"b7", {"c7"}}, {"b8", {"c8"}}});
    // Where they cannot be written no flag is.
    fs::remove(place.notes);
    fs::create_directories(place.notes / "in the way");
    const auto refused = host::flag_reboot(place, {first});
    REQUIRE(!refused);
    CHECK(refused.error().code == errc::unavailable);
    CHECK(refused.error().what.find(place.notes.string()) != std::string::npos);
    CHECK(!fs::exists(place.flag));
  }

  TEST_CASE("boot: a flag of somebody else's, or a spoilt one, counts by its age") {
    const temp_folder folder;
    const auto place = machine(folder, "btime 1700000000\n");
    fs::create_directories(place.flag.parent_path());
    for (const auto* text : {"", "what is this", "2a-3b", "copal"}) {
      CAPTURE(text);
      std::ofstream{place.flag} << text;
      CHECK(host::look_at_boot(place)->reboot);
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
    CHECK(!host::flag_reboot(place, {first}));
    CHECK(fs::last_write_time(folder.path() / "precious") == before);
  }
}

} // namespace
} // namespace copal::test
