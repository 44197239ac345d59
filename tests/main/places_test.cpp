#include "main/places.hpp"

#include <map>

#include <doctest/doctest.h>

namespace copal {
namespace {

variable_lookup variables(std::map<std::string, std::string> all) {
  return [all = std::move(all)](const std::string& name) -> std::optional<std::string> {
    const auto it = all.find(name);
    return it == all.end() ? std::nullopt : std::optional{it->second};
  };
}

TEST_SUITE("places") {
  TEST_CASE("places: a plain machine has its root at /, its state in /var/lib/copal") {
    const auto p = find_places({}, variables({}), false);
    CHECK(p.root == "/");
    CHECK(p.state_dir == "/var/lib/copal");
    CHECK(p.older_database == "/var/lib/copal/database.sqlite");
    CHECK(p.config == "/var/lib/copal/config.json");
    CHECK(p.may_make_config);
    CHECK(p.os_release == "/etc/os-release");
    CHECK(p.lock_dir == "/tmp/balena-supervisor/services");
    CHECK(p.host_lock_dir == "/tmp/balena-supervisor/services");
    CHECK(p.state_partition == "/mnt/state");
    CHECK(p.engine == "unix:///var/run/docker.sock");
    CHECK(p.runtime_dir == "/run/copal");
  }

  TEST_CASE("places: in a container with the host mounted, the balena supervisor's paths") {
    const auto p = find_places({}, variables({}), true);
    CHECK(p.root == "/mnt/root");
    CHECK(p.state_dir == "/data");
    CHECK(p.older_database == "/data/database.sqlite");
    CHECK(p.config == "/mnt/boot/config.json");
    CHECK(p.device_type == "/mnt/boot/device-type.json");
    CHECK_FALSE(p.may_make_config);
    CHECK(p.os_release == "/mnt/root/etc/os-release");
    CHECK(p.lock_dir == "/mnt/root/tmp/balena-supervisor/services");
    CHECK(p.host_lock_dir == "/tmp/balena-supervisor/services");
  }

  TEST_CASE("places: the variables of the balena supervisor's image are followed") {
    const auto p = find_places({},
      variables({{"ROOT_MOUNTPOINT", "/host"},
        {"BOOT_MOUNTPOINT", "/b"},
        {"STATE_MOUNTPOINT", "/s"},
        {"DATABASE_PATH", "/d/database.sqlite"},
        {"DOCKER_SOCKET", "/run/e.sock"},
        {"HOST_OS_VERSION_PATH", "/o"}}),
      false);
    CHECK(p.root == "/host");
    CHECK(p.state_dir == "/d");
    CHECK(p.older_database == "/d/database.sqlite");
    CHECK(p.state_partition == "/s");
    CHECK(p.config == "/b/config.json");
    CHECK(p.os_release == "/o");
    CHECK(p.engine == "unix:///run/e.sock");
    const auto q = find_places({},
      variables({{"CONFIG_MOUNT_POINT", "/x/config.json"}, {"DOCKER_HOST", "tcp://e:2375"}}),
      true);
    CHECK(q.config == "/x/config.json");
    CHECK(q.engine == "tcp://e:2375");
  }

  TEST_CASE("places: the system bus is the host's, unless its variable says where") {
    CHECK(find_places({}, variables({}), false).system_bus.empty());
    CHECK(
      find_places({}, variables({}), true).system_bus == "/mnt/root/run/dbus/system_bus_socket");
    run_options options;
    options.root = "/r";
    CHECK(find_places(options, variables({}), false).system_bus == "/r/run/dbus/system_bus_socket");
    const auto named = variables({{"DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/b"}});
    CHECK(find_places(options, named, true).system_bus.empty());
  }

  TEST_CASE("places: options go before variables") {
    run_options options;
    options.root = "/r";
    options.state_dir = "/s";
    options.config = "/c.json";
    options.lock_dir = "/l/k";
    options.runtime_dir = "/t";
    options.engine = "/e.sock";
    const auto p = find_places(options,
      variables({{"ROOT_MOUNTPOINT", "/host"},
        {"DATABASE_PATH", "/d/database.sqlite"},
        {"CONFIG_MOUNT_POINT", "/x/config.json"},
        {"DOCKER_HOST", "tcp://e:2375"}}),
      false);
    CHECK(p.root == "/r");
    CHECK(p.state_dir == "/s");
    CHECK(p.older_database == "/d/database.sqlite");
    CHECK(p.config == "/c.json");
    CHECK(p.lock_dir == "/r/l/k");
    CHECK(p.host_lock_dir == "/l/k");
    CHECK(p.runtime_dir == "/t");
    CHECK(p.engine == "/e.sock");
  }
}

} // namespace
} // namespace copal
