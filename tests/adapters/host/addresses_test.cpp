#include "adapters/host/addresses.hpp"

#include "tests/support/temp_folder.hpp"

#include <fstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace copal::test {
namespace {

namespace fs = std::filesystem;

void add_card(
  const fs::path& root, const std::string& name, const char* type, const char* address) {
  fs::create_directories(root / name);
  std::ofstream{root / name / "type"} << type << '\n';
  std::ofstream{root / name / "address"} << address << '\n';
}

TEST_SUITE("host") {
  TEST_CASE("addresses: interfaces of engines, tunnels and our own count as inner ones") {
    for (const auto* name : {"lo",
           "balena0",
           "docker0",
           "docker12",
           "rce0",
           "tun3",
           "resin-vpn",
           "resin-dns",
           "supervisor0",
           "balena-redsocks",
           "resin-redsocks",
           "br-0123456789ab"}) {
      CAPTURE(name);
      CHECK(host::is_inner_interface(name));
    }
    for (const auto* name : {"eth0",
           "wlan0",
           "docker",
           "docker0x",
           "xdocker0",
           "tun",
           "br-lan",
           "",
           "br-0123456789aB",
           "br-0123456789abc",
           "supervisor1",
           "lo0"}) {
      CAPTURE(name);
      CHECK_FALSE(host::is_inner_interface(name));
    }
  }

  TEST_CASE("addresses: neither loopback nor link-local nor inner ones are told, each once") {
    CHECK(host::outer_addresses({
            {"lo", "127.0.0.1", true, false},
            {"dummy9", "127.0.0.2", true, false},
            {"eth0", "192.168.1.2", false, false},
            {"docker0", "172.17.0.1", false, false},
            {"eth0", "fe80::1", false, true},
            {"eth0", "2001:db8::1", false, false},
            {"wlan0", "192.168.1.2", false, false},
            {"wlan0", "", false, false},
          })
          == std::vector<std::string>{"192.168.1.2", "2001:db8::1"});
  }

  TEST_CASE("addresses: hardware addresses are those of real cards, in capitals, each once") {
    const temp_folder folder;
    const auto root = folder.path() / "net";
    add_card(root, "eth0", "1", "00:1a:2b:3c:4d:5e");
    add_card(root, "wlan0", "1", "00:1a:2b:3c:4d:5f");
    add_card(root, "bond0", "1", "00:1a:2b:3c:4d:5e");
    add_card(root, "lo", "772", "00:00:00:00:00:00");
    add_card(root, "ppp0", "512", "00:00:00:00:00:01");
    add_card(root, "docker0", "1", "02:42:00:00:00:00");
    add_card(root, "eth1", "1", "00:00:00:00:00:02");
    fs::create_directory_symlink(root / "bond0", root / "eth1" / "master");
    CHECK(host::hardware_addresses(root)
          == std::vector<std::string>{"00:1A:2B:3C:4D:5E", "00:1A:2B:3C:4D:5F"});
    CHECK(host::hardware_addresses(root / "nowhere").empty());
  }

  TEST_CASE("addresses: the system tells them") {
    const temp_folder folder;
    const auto found = host::look_for_addresses(folder.path());
    REQUIRE(found);
    for (const auto& address : found->ip)
      CHECK(address.find("127.0.0.1") == std::string::npos);
  }
}

} // namespace
} // namespace copal::test
