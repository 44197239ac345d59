#include "main/places.hpp"

namespace copal {

namespace fs = std::filesystem;

namespace {

/// The first of them that was said.
fs::path first_of(
  const fs::path& option, const std::optional<std::string>& variable, fs::path usual) {
  if (!option.empty())
    return option;
  return variable ? fs::path{*variable} : std::move(usual);
}

std::string engine_of(const run_options& options, const variable_lookup& variable) {
  if (!options.engine.empty())
    return options.engine;
  if (auto host = variable("DOCKER_HOST"))
    return *host;
  return "unix://" + variable("DOCKER_SOCKET").value_or("/var/run/docker.sock");
}

} // namespace

places find_places(
  const run_options& options, const variable_lookup& variable, bool has_mounted_host) {
  const auto inside = has_mounted_host || variable("ROOT_MOUNTPOINT").has_value();
  places out;
  out.root = first_of(options.root, variable("ROOT_MOUNTPOINT"), inside ? "/mnt/root" : "/");
  const auto database = variable("DATABASE_PATH");
  auto folder = database;
  if (folder)
    folder = fs::path{*folder}.parent_path().string();
  out.state_dir = first_of(options.state_dir, folder, inside ? "/data" : "/var/lib/copal");
  out.older_database = database ? fs::path{*database} : out.state_dir / "database.sqlite";
  const auto boot =
    first_of({}, variable("BOOT_MOUNTPOINT"), inside ? fs::path{"/mnt/boot"} : out.state_dir);
  out.config = first_of(options.config, variable("CONFIG_MOUNT_POINT"), boot / "config.json");
  out.config_copy = out.state_dir / "config.json.copy";
  out.may_make_config = !inside;
  out.device_type = boot / "device-type.json";
  out.os_release = first_of({}, variable("HOST_OS_VERSION_PATH"), out.root / "etc" / "os-release");
  out.state_partition = first_of({}, variable("STATE_MOUNTPOINT"), "/mnt/state");
  const auto lock_dir = first_of(options.lock_dir, {}, "/tmp/balena-supervisor/services");
  out.host_lock_dir = lock_dir.string();
  out.lock_dir = out.root / lock_dir.relative_path();
  out.reboot_notes = out.state_dir / "reboots";
  out.reboot_flag = out.lock_dir.parent_path() / "reboot-after-apply";
  out.runtime_dir = first_of(options.runtime_dir, {}, "/run/copal");
  out.engine = engine_of(options, variable);
  if (out.root != "/" && !variable("DBUS_SYSTEM_BUS_ADDRESS"))
    out.system_bus = out.root / "run" / "dbus" / "system_bus_socket";
  return out;
}

} // namespace copal
