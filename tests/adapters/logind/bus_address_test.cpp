#include "adapters/logind/bus_address.hpp"

#include <doctest/doctest.h>

namespace copal::logind {
namespace {

TEST_SUITE("logind") {
  TEST_CASE("logind: where the system bus is") {
    const struct {
      const char* name;
      const char* named;
      const char* variable;
      const char* address;
    } rows[] = {
      {"nobody says", "", nullptr, "unix:path=/run/dbus/system_bus_socket"},
      {"the variable is empty", "", "", "unix:path=/run/dbus/system_bus_socket"},
      {"the variable", "", "unix:abstract=bus", "unix:abstract=bus"},
      {"the older supervisor's variable is a path",
        "",
        "/mnt/root/run/dbus/system_bus_socket",
        "unix:path=/mnt/root/run/dbus/system_bus_socket"},
      {"named", "unix:path=/a;unix:path=/b", "unix:path=/c", "unix:path=/a;unix:path=/b"},
      {"a path is named", "/host,1/a b%;\xc3\xa4", "x:", "unix:path=/host%2c1/a%20b%25%3b%c3%a4"},
    };
    for (const auto& row : rows) {
      CAPTURE(row.name);
      CHECK(bus_address(row.named, row.variable) == row.address);
    }
  }
}

} // namespace
} // namespace copal::logind
