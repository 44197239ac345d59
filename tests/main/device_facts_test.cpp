#include "main/device_facts.hpp"

#include "main/version.hpp"
#include "tests/support/temp_folder.hpp"

#include <fstream>

#include <doctest/doctest.h>

namespace copal {
namespace {

TEST_SUITE("device facts") {
  TEST_CASE("os-release: pairs, quotes, comments and rubbish") {
    const auto out = read_os_release("# a comment\n\nID=debian\nPRETTY_NAME=\"Some OS 1\"\r\n"
                                     "VARIANT_ID='prod'\nrubbish\nEMPTY=\nLAST=\"x");
    CHECK(out
          == std::map<std::string, std::string>{{"ID", "debian"},
            {"PRETTY_NAME", "Some OS 1"},
            {"VARIANT_ID", "prod"},
            {"EMPTY", ""},
            {"LAST", "\"x"}});
  }

  TEST_CASE("architecture: the cloud's names") {
    CHECK(architecture_of("x86_64") == "amd64");
    CHECK(architecture_of("aarch64") == "aarch64");
    CHECK(architecture_of("armv7l") == "armv7hf");
    CHECK(architecture_of("armv6l") == "rpi");
    CHECK(architecture_of("riscv64") == "riscv64");
  }

  TEST_CASE("device facts: from the host's files; a broken one is told and passed over") {
    const test::temp_folder host;
    std::filesystem::create_directories(host / "etc");
    std::filesystem::create_directories(host / "lib/modules");
    std::ofstream{host / "etc/os-release"} << "PRETTY_NAME=\"Some OS\"\nRESIN_BOARD_REV=r1\n"
                                           << "ID=\"some-os\"\nVERSION=\"2.98.12+rev1\"\n";
    std::ofstream{host / "etc/hostname"} << " hill \n";
    std::ofstream{host / "device-type.json"} << "{";
    run_options options;
    options.root = host.path();
    options.state_dir = host.path();
    options.engine = "unix:///run/e.sock";
    const auto where = find_places(
      options, [](const std::string&) { return std::nullopt; }, false);
    std::vector<std::string> warnings;
    const auto warn = [&warnings](const std::string& what) { warnings.push_back(what); };
    auto facts = find_device_facts(where, {}, warn);
    CHECK(facts.os_version == "Some OS");
    CHECK(facts.board_rev == "r1");
    CHECK(facts.os_slug == "some-os");
    CHECK(facts.os_number == "2.98.12+rev1");
    CHECK(facts.supervisor_version == compatible_supervisor());
    CHECK(facts.kernel_name == "Linux");
    CHECK_FALSE(facts.kernel_release.empty());
    CHECK(facts.hostname == "hill");
    CHECK(facts.has_kernel_modules);
    CHECK_FALSE(facts.has_firmware);
    CHECK(facts.engine_socket == "/run/e.sock");
    CHECK(facts.type == "unknown");
    REQUIRE(warnings.size() == 1);
    CHECK(warnings[0].find((host / "device-type.json").string()) == 0);
    std::ofstream{host / "device-type.json"} << R"({"slug":"some-board","arch":"armv7hf"})";
    facts = find_device_facts(where, {}, warn);
    CHECK(facts.type == "some-board");
    CHECK(facts.arch == "armv7hf");
  }
}

} // namespace
} // namespace copal
