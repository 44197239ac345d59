// Model to JSON text. The order of keys is that of the bodies the balena supervisor sends, so that
// recorded bodies are easily compared.

#include "adapters/engine/codec.hpp"
#include "adapters/engine/parts.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

namespace copal::engine_wire {

namespace {

using body = nlohmann::ordered_json;

result<std::string> text_of(const body& x) {
  try {
    return x.dump();
  } catch (const body::exception&) {
    return fail(errc::invalid_input, "a text for the engine is not UTF-8");
  }
}

/// An empty map stays a map: nlohmann would make it null.
template <class Map>
body map_of(const Map& xs) {
  auto out = body::object();
  for (const auto& [key, x] : xs)
    out[key] = x;
  return out;
}

template <class List>
body list_of(const List& xs) {
  auto out = body::array();
  for (const auto& x : xs)
    out.push_back(x);
  return out;
}

/// A set of names: each a key of an empty map.
template <class List>
body keys_of(const List& xs) {
  auto out = body::object();
  for (const auto& x : xs)
    out[x] = body::object();
  return out;
}

body env_of(const environment& env) {
  auto out = body::array();
  for (const auto& [name, x] : env)
    out.push_back(name + '=' + x.reveal());
  return out;
}

body endpoint_of(const endpoint& x) {
  auto addresses = body::object();
  if (!x.ipv4.empty())
    addresses["IPv4Address"] = x.ipv4;
  if (!x.ipv6.empty())
    addresses["IPv6Address"] = x.ipv6;
  if (!x.link_local_ips.empty())
    addresses["LinkLocalIPs"] = list_of(x.link_local_ips);
  auto out = body::object();
  out["IPAMConfig"] = std::move(addresses);
  out["Aliases"] = list_of(x.aliases);
  return out;
}

std::string port_of(const port_binding& x) {
  return std::to_string(x.container_port) + '/' + to_string(x.protocol);
}

body bindings_of(const std::vector<port_binding>& ports) {
  auto out = body::object();
  for (const auto& x : ports) {
    auto binding = body::object();
    binding["HostIp"] = x.host_ip;
    binding["HostPort"] = x.host_port == 0 ? std::string{} : std::to_string(x.host_port);
    out[port_of(x)].push_back(std::move(binding));
  }
  return out;
}

body mount_of(const mount& x) {
  auto out = body::object();
  out["Type"] = x.type;
  out["Target"] = x.target;
  if (!x.source.empty())
    out["Source"] = x.source;
  if (x.read_only)
    out["ReadOnly"] = true;
  if (!x.propagation.empty())
    out["BindOptions"]["Propagation"] = x.propagation;
  if (x.no_copy)
    out["VolumeOptions"]["NoCopy"] = true;
  if (x.tmpfs_bytes != 0)
    out["TmpfsOptions"]["SizeBytes"] = x.tmpfs_bytes;
  if (x.tmpfs_mode != 0)
    out["TmpfsOptions"]["Mode"] = x.tmpfs_mode;
  return out;
}

body mounts_of(const std::vector<mount>& mounts) {
  auto out = body::array();
  for (const auto& x : mounts)
    out.push_back(mount_of(x));
  return out;
}

/// Options go beside their path: within it, they would be taken for a part of its name.
body tmpfs_of(const std::vector<std::string>& entries) {
  auto out = body::object();
  for (const auto& x : entries) {
    const auto colon = std::min(x.find(':'), x.size());
    out[x.substr(0, colon)] = x.substr(std::min(colon + 1, x.size()));
  }
  return out;
}

body devices_of(const std::vector<device_mapping>& devices) {
  auto out = body::array();
  for (const auto& x : devices) {
    auto device = body::object();
    device["PathOnHost"] = x.host;
    device["PathInContainer"] = x.container;
    device["CgroupPermissions"] = x.permissions;
    out.push_back(std::move(device));
  }
  return out;
}

body device_requests_of(const std::vector<device_request>& requests) {
  auto out = body::array();
  for (const auto& x : requests) {
    auto request = body::object();
    request["Driver"] = x.driver;
    request["Count"] = x.count;
    request["DeviceIDs"] = list_of(x.device_ids);
    request["Capabilities"] = body::array();
    for (const auto& all_of : x.capabilities)
      request["Capabilities"].push_back(list_of(all_of));
    request["Options"] = map_of(x.options);
    out.push_back(std::move(request));
  }
  return out;
}

body ulimits_of(const std::vector<ulimit>& ulimits) {
  auto out = body::array();
  for (const auto& x : ulimits) {
    auto limit = body::object();
    limit["Name"] = x.name;
    limit["Soft"] = x.soft;
    limit["Hard"] = x.hard;
    out.push_back(std::move(limit));
  }
  return out;
}

body healthcheck_of(const health_check& x) {
  auto out = body::object();
  if (!x.test.empty())
    out["Test"] = list_of(x.test);
  if (x.interval.count() != 0)
    out["Interval"] = x.interval.count();
  if (x.retries != 0)
    out["Retries"] = x.retries;
  if (x.start_period.count() != 0)
    out["StartPeriod"] = x.start_period.count();
  if (x.start_interval.count() != 0)
    out["StartInterval"] = x.start_interval.count();
  if (x.timeout.count() != 0)
    out["Timeout"] = x.timeout.count();
  return out;
}

body networking_of(const container_config& x) {
  // The engine's own networks take no aliases and no addresses.
  const auto& mode = x.network_mode;
  const bool built_in = mode == "host" || mode == "none" || mode == "bridge" || mode == "default";
  auto endpoints = body::object();
  if (const auto found = x.networks.find(mode); found != x.networks.end() && !built_in)
    endpoints[found->first] = endpoint_of(found->second);
  auto out = body::object();
  out["EndpointsConfig"] = std::move(endpoints);
  return out;
}

body restart_of(const restart_policy& x) {
  auto out = body::object();
  out["Name"] = to_string(x.mode);
  out["MaximumRetryCount"] = x.mode == restart_mode::on_failure ? x.max_retries : 0;
  return out;
}

body logging_of(const log_config& x) {
  auto out = body::object();
  out["Type"] = x.driver;
  out["Config"] = map_of(x.options);
  return out;
}

/// What the engine chooses where the target does not say.
void add_choices(const container_config& x, body& out) {
  if (x.init)
    out["Init"] = *x.init;
  if (x.logging)
    out["LogConfig"] = logging_of(*x.logging);
  if (x.memory_swap_bytes != 0)
    out["MemorySwap"] = x.memory_swap_bytes;
  if (!x.runtime.empty())
    out["Runtime"] = x.runtime;
  if (!x.uts_mode.empty())
    out["UTSMode"] = x.uts_mode;
  if (!x.cgroupns_mode.empty())
    out["CgroupnsMode"] = x.cgroupns_mode;
  if (!x.annotations.empty())
    out["Annotations"] = map_of(x.annotations);
}

body host_of(const container_config& x) {
  auto out = body::object();
  out["CapAdd"] = list_of(x.cap_add);
  out["CapDrop"] = list_of(x.cap_drop);
  out["Binds"] = list_of(x.binds);
  out["Mounts"] = mounts_of(x.mounts);
  out["CgroupParent"] = x.cgroup_parent;
  out["Devices"] = devices_of(x.devices);
  out["DeviceRequests"] = device_requests_of(x.device_requests);
  out["Dns"] = list_of(x.dns);
  out["DnsOptions"] = list_of(x.dns_options);
  out["DnsSearch"] = list_of(x.dns_search);
  out["PortBindings"] = bindings_of(x.ports);
  out["ExtraHosts"] = list_of(x.extra_hosts);
  out["GroupAdd"] = list_of(x.group_add);
  out["NetworkMode"] = x.network_mode;
  out["PidMode"] = x.pid_mode;
  out["PidsLimit"] = x.pids_limit;
  out["SecurityOpt"] = list_of(x.security_opt);
  out["Sysctls"] = map_of(x.sysctls);
  out["Ulimits"] = ulimits_of(x.ulimits);
  out["RestartPolicy"] = restart_of(x.restart);
  out["CpuShares"] = x.cpu_shares;
  out["CpuQuota"] = x.cpu_quota;
  out["CpusetCpus"] = x.cpuset;
  out["Memory"] = x.memory_bytes;
  out["MemoryReservation"] = x.memory_reservation_bytes;
  out["OomKillDisable"] = x.oom_kill_disable;
  out["OomScoreAdj"] = x.oom_score_adj;
  out["Privileged"] = x.privileged;
  out["ReadonlyRootfs"] = x.read_only;
  out["ShmSize"] = x.shm_bytes;
  out["Tmpfs"] = tmpfs_of(x.tmpfs);
  out["UsernsMode"] = x.userns_mode;
  out["NanoCpus"] = x.nano_cpus;
  out["IpcMode"] = x.ipc_mode;
  add_choices(x, out);
  return out;
}

body pools_of(const std::vector<address_pool>& pools) {
  auto out = body::array();
  for (const auto& x : pools) {
    auto pool = body::object();
    if (!x.subnet.empty())
      pool["Subnet"] = x.subnet;
    if (!x.gateway.empty())
      pool["Gateway"] = x.gateway;
    if (!x.ip_range.empty())
      pool["IPRange"] = x.ip_range;
    if (!x.aux_addresses.empty())
      pool["AuxiliaryAddresses"] = map_of(x.aux_addresses);
    out.push_back(std::move(pool));
  }
  return out;
}

} // namespace

result<std::string> write_create(const container_config& x) {
  if (x.network_mode.starts_with("service:"))
    return fail(errc::invalid_input,
      "network mode '" + x.network_mode + "': the engine wants the container, not the service");
  std::vector<std::string> exposed;
  for (const auto& port : x.ports)
    exposed.push_back(port_of(port));
  auto out = body::object();
  out["Tty"] = x.tty;
  out["Cmd"] = list_of(x.command);
  out["Volumes"] = keys_of(x.anonymous_volumes);
  out["Entrypoint"] = list_of(x.entrypoint);
  out["Env"] = env_of(x.env);
  out["ExposedPorts"] = keys_of(exposed);
  out["Image"] = x.image;
  out["Labels"] = map_of(x.labels);
  out["NetworkingConfig"] = networking_of(x);
  out["StopSignal"] = x.stop_signal;
  out["Domainname"] = x.domainname;
  out["Hostname"] = x.hostname;
  out["MacAddress"] = x.mac_address;
  out["User"] = x.user;
  out["WorkingDir"] = x.working_dir;
  out["HostConfig"] = host_of(x);
  out["HostConfig"][own_mark_field] = own_mark;
  out["Healthcheck"] = healthcheck_of(x.healthcheck);
  out["StopTimeout"] = x.stop_grace_period.count();
  if (x.stdin_open)
    out["OpenStdin"] = true;
  return text_of(out);
}

std::string write_restart_policy(const restart_policy& x) {
  auto out = body::object();
  out["RestartPolicy"] = restart_of(x);
  return out.dump();
}

result<std::string> write_connect(const container_id& container, const endpoint& how) {
  auto out = body::object();
  out["Container"] = container.value;
  out["EndpointConfig"] = endpoint_of(how);
  return text_of(out);
}

result<std::string> write_network(const std::string& name, const network_config& x) {
  auto ipam = body::object();
  ipam["Driver"] = x.ipam_driver;
  ipam["Config"] = pools_of(x.pools);
  ipam["Options"] = map_of(x.ipam_options);
  auto out = body::object();
  out["Name"] = name;
  out["Driver"] = x.driver;
  out["CheckDuplicate"] = true; // engines before 25 make a second network of the same name without
  out["Options"] = map_of(x.driver_opts);
  out["IPAM"] = std::move(ipam);
  out["EnableIPv6"] = x.enable_ipv6;
  out["Internal"] = x.internal;
  out["Labels"] = map_of(x.labels);
  out["ConfigOnly"] = x.config_only;
  return text_of(out);
}

result<std::string> write_volume(const std::string& name, const volume_config& x) {
  auto out = body::object();
  out["Name"] = name;
  out["Labels"] = map_of(x.labels);
  out["Driver"] = x.driver;
  out["DriverOpts"] = map_of(x.driver_opts);
  return text_of(out);
}

} // namespace copal::engine_wire
