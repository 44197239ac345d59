#pragma once

#include "actors/planning/foresee/snapshot.hpp"

#include <array>
#include <string_view>

/// The names of the members of what a snapshot holds, in the order in which `inspect` gives them.
/// A member that `inspect` gives and that has no name here does not compile. Only the snapshot's
/// codec includes this.
namespace copal::planning::snapshot_parts {

/// Of the number that says which version of the form it is.
inline constexpr std::string_view version_name = "copalSnapshot";

template <class T>
struct names_of;

template <class... Texts>
constexpr auto list_names(Texts... texts) {
  return std::array<std::string_view, sizeof...(Texts)>{texts...};
}

template <>
struct names_of<snapshot> {
  static constexpr auto list = list_names(
    "device", "engine", "images", "commits", "locks", "holds", "downtimes", "boot", "os");
};

template <>
struct names_of<error> {
  static constexpr auto list = list_names("code", "what");
};

template <>
struct names_of<attempt> {
  static constexpr auto list = list_names("at", "why");
};

template <>
struct names_of<silence> {
  static constexpr auto list = list_names("count", "last", "pause", "waiting", "attempts");
};

template <>
struct names_of<service_key_fact> {
  static constexpr auto list = list_names("app", "service", "key");
};

template <>
struct names_of<device_facts> {
  static constexpr auto list = list_names("uuid",
    "name",
    "type",
    "arch",
    "os_version",
    "os_variant",
    "board_rev",
    "hostname",
    "has_kernel_modules",
    "has_firmware",
    "engine_socket",
    "lock_root",
    "files_root",
    "files_salt",
    "api_endpoint",
    "device_api_key",
    "listen_port",
    "supervisor_version",
    "os_slug",
    "os_number",
    "kernel_name",
    "kernel_release",
    "service_keys");
};

template <>
struct names_of<engine_view> {
  static constexpr auto list = list_names("incarnation",
    "revision",
    "complete",
    "containers",
    "networks",
    "volumes",
    "stopped_from_outside",
    "busy",
    "lacks",
    "silent");
};

template <>
struct names_of<supervised_container> {
  static constexpr auto list = list_names("who", "what", "memory_kills");
};

template <>
struct names_of<container_identity> {
  static constexpr auto list =
    list_names("app", "uuid", "service", "name", "image", "release", "commit");
};

template <>
struct names_of<container> {
  static constexpr auto list = list_names("id",
    "name",
    "state",
    "created",
    "started",
    "finished",
    "exit_code",
    "oom_killed",
    "restart_count",
    "health",
    "failed_checks",
    "engine_error",
    "made_here",
    "config");
};

template <>
struct names_of<health_check> {
  static constexpr auto list =
    list_names("test", "interval", "timeout", "start_period", "retries", "start_interval");
};

template <>
struct names_of<port_binding> {
  static constexpr auto list = list_names("host_ip", "host_port", "container_port", "protocol");
};

template <>
struct names_of<restart_policy> {
  static constexpr auto list = list_names("mode", "max_retries");
};

template <>
struct names_of<endpoint> {
  static constexpr auto list = list_names("aliases", "ipv4", "ipv6", "link_local_ips");
};

template <>
struct names_of<mount> {
  static constexpr auto list = list_names(
    "type", "source", "target", "read_only", "propagation", "no_copy", "tmpfs_bytes", "tmpfs_mode");
};

template <>
struct names_of<device_mapping> {
  static constexpr auto list = list_names("host", "container", "permissions");
};

template <>
struct names_of<device_request> {
  static constexpr auto list =
    list_names("driver", "count", "device_ids", "capabilities", "options");
};

template <>
struct names_of<log_config> {
  static constexpr auto list = list_names("driver", "options");
};

template <>
struct names_of<ulimit> {
  static constexpr auto list = list_names("name", "soft", "hard");
};

template <>
struct names_of<container_config> {
  static constexpr auto list = list_names("image",
    "command",
    "entrypoint",
    "env",
    "labels",
    "annotations",
    "user",
    "working_dir",
    "tty",
    "stdin_open",
    "init",
    "stop_signal",
    "stop_grace_period",
    "healthcheck",
    "restart",
    "runtime",
    "logging",
    "binds",
    "mounts",
    "anonymous_volumes",
    "tmpfs",
    "read_only",
    "shm_bytes",
    "network_mode",
    "networks",
    "ports",
    "hostname",
    "domainname",
    "mac_address",
    "dns",
    "dns_search",
    "dns_options",
    "extra_hosts",
    "privileged",
    "cap_add",
    "cap_drop",
    "group_add",
    "security_opt",
    "devices",
    "device_requests",
    "sysctls",
    "pid_mode",
    "ipc_mode",
    "userns_mode",
    "uts_mode",
    "cgroupns_mode",
    "cgroup_parent",
    "ulimits",
    "pids_limit",
    "cpu_shares",
    "cpu_quota",
    "nano_cpus",
    "cpuset",
    "memory_bytes",
    "memory_reservation_bytes",
    "memory_swap_bytes",
    "oom_score_adj",
    "oom_kill_disable");
};

template <>
struct names_of<address_pool> {
  static constexpr auto list = list_names("subnet", "gateway", "ip_range", "aux_addresses");
};

template <>
struct names_of<network_config> {
  static constexpr auto list = list_names("driver",
    "driver_opts",
    "ipam_driver",
    "ipam_options",
    "pools",
    "enable_ipv6",
    "internal",
    "config_only",
    "labels");
};

template <>
struct names_of<engine_network> {
  static constexpr auto list = list_names("id", "name", "config");
};

template <>
struct names_of<volume_config> {
  static constexpr auto list = list_names("driver", "driver_opts", "labels");
};

template <>
struct names_of<engine_volume> {
  static constexpr auto list = list_names("name", "config");
};

template <>
struct names_of<images_view> {
  static constexpr auto list = list_names("incarnation",
    "revision",
    "complete",
    "rows",
    "engine",
    "facts",
    "fetching",
    "failures",
    "sizes",
    "shortages",
    "silent");
};

template <>
struct names_of<image_row> {
  static constexpr auto list = list_names(
    "name", "app", "uuid", "service", "used_by", "image", "release", "commit", "engine_id", "ours");
};

template <>
struct names_of<engine_image> {
  static constexpr auto list = list_names("id", "tags", "digests");
};

template <>
struct names_of<image_facts> {
  static constexpr auto list = list_names("env",
    "command",
    "entrypoint",
    "user",
    "working_dir",
    "stop_signal",
    "labels",
    "volumes",
    "healthcheck",
    "layers");
};

template <>
struct names_of<layer_size> {
  static constexpr auto list = list_names("diff_id", "bytes");
};

template <>
struct names_of<image_size> {
  static constexpr auto list = list_names("name", "layers", "problem");
};

template <>
struct names_of<space_shortage> {
  static constexpr auto list = list_names("name", "needed", "free", "margin", "waiting");
};

template <>
struct names_of<fetch_progress> {
  static constexpr auto list = list_names("name", "percent");
};

template <>
struct names_of<fetch_failure> {
  static constexpr auto list = list_names("name", "count", "last", "pause", "waiting", "attempts");
};

template <>
struct names_of<service_hold> {
  static constexpr auto list =
    list_names("app", "service", "running", "commit", "container", "started", "boot");
};

template <>
struct names_of<service_downtime> {
  static constexpr auto list = list_names("app", "service", "lasted", "ended");
};

template <>
struct names_of<host::boot_facts> {
  static constexpr auto list = list_names("id", "at", "reboot", "noted", "rebooted", "unkept");
};

template <>
struct names_of<host::os_settings> {
  static constexpr auto list = list_names("firmware_volume");
};

template <>
struct names_of<user_lock> {
  static constexpr auto list = list_names("app", "service", "path", "since", "owner");
};

template <>
struct names_of<lock_facts> {
  static constexpr auto list =
    list_names("app", "taken", "held", "left_over", "services", "since", "pause");
};

} // namespace copal::planning::snapshot_parts
