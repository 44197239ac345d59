#pragma once

#include "messages/model/image.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace copal {

enum class transport : std::uint8_t { tcp, udp, sctp };
std::string to_string(transport x);

/// One published port.
struct port_binding {
  std::string host_ip;         ///< Empty: all addresses.
  std::uint16_t host_port = 0; ///< 0: the engine chooses one.
  std::uint16_t container_port = 0;
  transport protocol = transport::tcp;

  auto operator<=>(const port_binding&) const = default;
};

enum class restart_mode : std::uint8_t { no, always, on_failure, unless_stopped };
std::string to_string(restart_mode x); ///< As the engine spells it: "on-failure".

struct restart_policy {
  restart_mode mode = restart_mode::always;
  std::int64_t max_retries = 0; ///< Only for on_failure; 0: without limit.

  auto operator<=>(const restart_policy&) const = default;
};

/// How a container takes part in a network.
struct endpoint {
  std::vector<std::string> aliases;
  std::string ipv4;
  std::string ipv6;
  std::vector<std::string> link_local_ips;

  bool operator==(const endpoint&) const = default;
};

/// A mount in the engine's long form.
struct mount {
  std::string type;   ///< `volume`, `bind`, `tmpfs`.
  std::string source; ///< Engine volume name or host path; empty for anonymous and tmpfs.
  std::string target;
  bool read_only = false;
  std::string propagation;      ///< bind only.
  bool no_copy = false;         ///< volume only.
  std::int64_t tmpfs_bytes = 0; ///< tmpfs only; 0: not given.
  std::int64_t tmpfs_mode = 0;  ///< tmpfs only: permission bits; 0: not given.

  auto operator<=>(const mount&) const = default;
};

struct device_mapping {
  std::string host;
  std::string container;
  std::string permissions = "rwm";

  auto operator<=>(const device_mapping&) const = default;
};

/// A request to the engine's device plugins (GPUs).
struct device_request {
  std::string driver;
  std::int64_t count = 0;
  std::vector<std::string> device_ids;
  std::vector<std::vector<std::string>> capabilities;
  std::map<std::string, std::string> options;

  bool operator==(const device_request&) const = default;
};

/// Where the engine puts what a container writes.
struct log_config {
  std::string driver; ///< Empty: the engine's own.
  std::map<std::string, std::string> options;

  bool operator==(const log_config&) const = default;
};

struct ulimit {
  std::string name;
  std::int64_t soft = 0;
  std::int64_t hard = 0;

  auto operator<=>(const ulimit&) const = default;
};

/// One container in normal form: what is sent to create it, and what is read back from a running
/// one. The members' defaults are those of spec/state-engine.md §2; a field that the composition
/// leaves out is sent with its default, so that later versions compare equal.
struct container_config {
  // What runs.
  std::string image; ///< Engine image id; the reference while the image is absent.
  std::vector<std::string> command;
  std::vector<std::string> entrypoint;
  environment env;
  label_map labels;
  label_map annotations; ///< For the runtime below the engine.
  std::string user;
  std::string working_dir;
  bool tty = true;
  bool stdin_open = false;
  std::optional<bool> init; ///< Absent: not sent and not compared.
  std::string stop_signal = "SIGTERM";
  std::chrono::seconds stop_grace_period{10};
  health_check healthcheck{{"NONE"}, {}, {}, {}, 0};
  restart_policy restart;
  std::string runtime; ///< Empty: not sent and not compared; the engine shows its own.
  std::optional<log_config> logging; ///< Absent: as runtime.

  // What it sees of the disk.
  std::vector<std::string> binds; ///< `source:target[:mode]`, the engine's short form.
  std::vector<mount> mounts;
  std::set<std::string> anonymous_volumes;
  std::vector<std::string> tmpfs;
  bool read_only = false;
  std::int64_t shm_bytes = 64LL * 1024 * 1024;

  // What it sees of the network.
  std::string
    network_mode; ///< `host`, `bridge`, `none`, `service:<name>` or an engine network name.
  std::map<std::string, endpoint> networks; ///< By engine network name.
  std::vector<port_binding> ports;
  std::string hostname;
  std::string domainname;
  std::string mac_address;
  std::vector<std::string> dns;
  std::vector<std::string> dns_search;
  std::vector<std::string> dns_options;
  std::vector<std::string> extra_hosts;

  // What it may do.
  bool privileged = false;
  std::vector<std::string> cap_add;
  std::vector<std::string> cap_drop;
  std::vector<std::string> group_add;
  std::vector<std::string> security_opt;
  std::vector<device_mapping> devices;
  std::vector<device_request> device_requests;
  std::map<std::string, std::string> sysctls;
  std::string pid_mode;
  std::string ipc_mode = "shareable";
  std::string userns_mode;
  std::string uts_mode;
  std::string cgroupns_mode; ///< Empty: as runtime.
  std::string cgroup_parent;

  // How much of the machine it gets. 0: not limited.
  std::vector<ulimit> ulimits;
  std::int64_t pids_limit = 0;
  std::int64_t cpu_shares = 0;
  std::int64_t cpu_quota = 0;
  std::int64_t nano_cpus = 0;
  std::string cpuset;
  std::int64_t memory_bytes = 0;
  std::int64_t memory_reservation_bytes = 0;
  std::int64_t memory_swap_bytes = 0; ///< With the memory; -1: not limited, 0: as runtime.
  std::int64_t oom_score_adj = 0;
  bool oom_kill_disable = false;

  bool operator==(const container_config&) const = default;
};

template <class I>
typename I::result_type inspect(I& f, port_binding& x) {
  return f(x.host_ip, x.host_port, x.container_port, x.protocol);
}

template <class I>
typename I::result_type inspect(I& f, restart_policy& x) {
  return f(x.mode, x.max_retries);
}

template <class I>
typename I::result_type inspect(I& f, endpoint& x) {
  return f(x.aliases, x.ipv4, x.ipv6, x.link_local_ips);
}

template <class I>
typename I::result_type inspect(I& f, mount& x) {
  return f(
    x.type, x.source, x.target, x.read_only, x.propagation, x.no_copy, x.tmpfs_bytes, x.tmpfs_mode);
}

template <class I>
typename I::result_type inspect(I& f, device_mapping& x) {
  return f(x.host, x.container, x.permissions);
}

template <class I>
typename I::result_type inspect(I& f, device_request& x) {
  return f(x.driver, x.count, x.device_ids, x.capabilities, x.options);
}

template <class I>
typename I::result_type inspect(I& f, log_config& x) {
  return f(x.driver, x.options);
}

template <class I>
typename I::result_type inspect(I& f, ulimit& x) {
  return f(x.name, x.soft, x.hard);
}

template <class I>
typename I::result_type inspect(I& f, container_config& x) {
  return f(x.image,
    x.command,
    x.entrypoint,
    x.env,
    x.labels,
    x.annotations,
    x.user,
    x.working_dir,
    x.tty,
    x.stdin_open,
    x.init,
    x.stop_signal,
    x.stop_grace_period,
    x.healthcheck,
    x.restart,
    x.runtime,
    x.logging,
    x.binds,
    x.mounts,
    x.anonymous_volumes,
    x.tmpfs,
    x.read_only,
    x.shm_bytes,
    x.network_mode,
    x.networks,
    x.ports,
    x.hostname,
    x.domainname,
    x.mac_address,
    x.dns,
    x.dns_search,
    x.dns_options,
    x.extra_hosts,
    x.privileged,
    x.cap_add,
    x.cap_drop,
    x.group_add,
    x.security_opt,
    x.devices,
    x.device_requests,
    x.sysctls,
    x.pid_mode,
    x.ipc_mode,
    x.userns_mode,
    x.uts_mode,
    x.cgroupns_mode,
    x.cgroup_parent,
    x.ulimits,
    x.pids_limit,
    x.cpu_shares,
    x.cpu_quota,
    x.nano_cpus,
    x.cpuset,
    x.memory_bytes,
    x.memory_reservation_bytes,
    x.memory_swap_bytes,
    x.oom_score_adj,
    x.oom_kill_disable);
}

} // namespace copal
