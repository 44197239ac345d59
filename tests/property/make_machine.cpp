// Makers of what a service has of the machine: network, devices, memory, rights.

#include "tests/property/make_values.hpp"

#include <string>

namespace copal::property {

namespace {

value cap_add(source& c, const situation&) {
  return some_of(c, {"NET_ADMIN", "CAP_SYS_TIME", "SYS_PTRACE", "IPC_LOCK"});
}

value cap_drop(source& c, const situation&) {
  return some_of(c, {"CHOWN", "CAP_MKNOD", "SETUID"});
}

value cgroup(source& c, const situation&) {
  return one_of(c, "host", "private");
}

/// Each engine has a say in what it may look like: Docker's with systemd wants a slice.
value cgroup_parent(source& c, const situation& at) {
  if (at.engine == make_of_engine::podman)
    return one_of(c, "/copal-test", "/copal-other");
  return one_of(c, "copaltest.slice", "copalother.slice");
}

value cpu_quota(source& c, const situation&) {
  return one_of(c, 10000, 50000, "75000");
}

value cpu_shares(source& c, const situation&) {
  return one_of(c, 2, 512, "2048");
}

value cpus(source& c, const situation&) {
  return one_of(c, 0.5, "0.25", 0.75);
}

value cpuset(source& c, const situation&) {
  return one_of(c, "0", "0,0");
}

/// Not two that differ in `cpus` only, which is never compared.
value deploy(source& c, const situation&) {
  auto limits = one_of(c,
    value::map({{"memory", "70m"}}),
    value::map({{"memory", "80m"}, {"cpus", "0.5"}}),
    value::map({{"memory", "90m"}, {"cpus", "0.25"}}));
  if (c.percent(50))
    limits.set("pids", one_of(c, 50, 60));
  auto reservations = value::map({{"memory", one_of(c, "20m", "30m")}});
  if (c.percent(30))
    reservations.set("devices",
      value::list({value::map({{"capabilities", value::list({"gpu"})}, {"count", "all"}})}));
  return value::map(
    {{"resources", value::map({{"limits", limits}, {"reservations", reservations}})}});
}

value devices(source& c, const situation&) {
  return some_of(c,
    {"/dev/null:/dev/xnull",
      "/dev/zero:/dev/xzero:r",
      value::map({{"source", "/dev/full"}, {"target", "/dev/xfull"}, {"permissions", "rw"}})});
}

value dns(source& c, const situation&) {
  return some_of(c, {"10.1.2.3", "8.8.4.4", "1.1.1.1"});
}

value dns_opt(source& c, const situation&) {
  return some_of(c, {"ndots:2", "use-vc", "timeout:3"});
}

value dns_search(source& c, const situation&) {
  return some_of(c, {"z.example.com", "a.example.com"});
}

value domainname(source& c, const situation&) {
  return one_of(c, "example.com", "other.example");
}

value extra_hosts(source& c, const situation&) {
  if (c.percent(30))
    return value::map({{"mapped", one_of(c, "10.0.0.9", "10.0.0.8", "::3")}});
  return some_of(c, {"zeta:10.0.0.1", "alpha=10.0.0.2", "six:[::1]"});
}

value gpus(source& c, const situation&) {
  return one_of(c,
    "all",
    value::list({value::map({{"count", 2}})}),
    value::list({value::map({{"device_ids", value::list({"0", "3"})}, {"driver", "nvidia"}})}),
    value::list({value::map(
      {{"capabilities", value::list({"compute"})}, {"options", value::map({{"a", "b"}})}})}));
}

value group_add(source& c, const situation&) {
  return some_of(c, {"7", "audio", "1000"});
}

value hostname(source& c, const situation&) {
  return one_of(c, "named", "other-host", "a.b.c");
}

value ipc(source& c, const situation&) {
  return one_of(c, "private", "host");
}

value mac_address(source& c, const situation&) {
  return one_of(c, "02:42:ac:11:00:03", "02:42:ac:11:00:fe");
}

value mem_limit(source& c, const situation&) {
  return one_of(c, "64m", "100000k", 268435456, "1g");
}

value mem_reservation(source& c, const situation&) {
  return one_of(c, "16m", 33554432, "48m");
}

value memswap_limit(source& c, const situation&) {
  return one_of(c, "2g", "3g", -1);
}

value network_mode(source& c, const situation&) {
  return one_of(c, "host", "none", "bridge", "service:db", "back");
}

value networks(source& c, const situation& at) {
  const auto address = [&](std::string_view network) {
    auto out = value::map(
      {{"ipv4_address", subnet_of(network, at.form) + std::to_string(c.between(10, 250))}});
    if (c.percent(40))
      out.set(
        "ipv6_address", ipv6_subnet_of(network, at.form) + std::to_string(c.between(10, 250)));
    if (c.percent(50))
      out.set("aliases", some_of(c, {"z-alias", "a-alias"}));
    if (c.percent(30))
      out.set("link_local_ips", some_of(c, {"169.254.8.9", "169.254.8.8"}));
    return out;
  };
  if (c.percent(20))
    return value::list({"front"});
  auto out = value::map({});
  if (c.percent(30))
    out.set("default", value{});
  out.set("front", address("front"));
  if (c.percent(50))
    out.set("back", address("back"));
  return out;
}

value oom_score_adj(source& c, const situation&) {
  return one_of(c, -500, 100, 1000);
}

value pid(source&, const situation&) {
  return "host";
}

value pids_limit(source& c, const situation&) {
  return one_of(c, 20, 100, 4000);
}

value ports(source& c, const situation&) {
  return some_of(c,
    {"9000:80",
      "9001:80",
      "127.0.0.1:9002:53/udp",
      "7000-7003:8000-8003",
      "[::1]:9003:443",
      value::map({{"target", 8443}, {"published", "9443"}, {"protocol", "tcp"}}),
      "6000"});
}

value security_opt(source& c, const situation&) {
  return some_of(c, {"no-new-privileges", "seccomp=unconfined", "apparmor=unconfined"});
}

value sysctls(source& c, const situation&) {
  if (c.percent(40))
    return value::list({one_of(c, "net.core.somaxconn=200", "net.core.somaxconn=300")});
  return value::map(
    {{"net.ipv4.ip_forward", one_of(c, 0, "1")}, {"net.ipv4.ip_default_ttl", one_of(c, 60, 61)}});
}

value ulimits(source& c, const situation&) {
  value out = value::map({{"nofile", one_of(c, 1000, 2000)}});
  if (c.percent(50))
    out.set("core", value::map({{"soft", 0}, {"hard", one_of(c, 0, 5)}}));
  if (c.percent(50))
    out.set("nproc", value::map({{"soft", 100}, {"hard", 200}}));
  return out;
}

value userns_mode(source&, const situation&) {
  return "host";
}

value uts(source&, const situation&) {
  return "host";
}

const field table[] = {
  {"network_mode", 30, network_mode, {"network_mode", "networks(", "hostname", "env("}, {}},
  {"networks", 30, networks, {"networks(", "network_mode"}, {}},
  {"uts", 8, uts, {"uts", "hostname"}, {}},
  {"cap_add", 15, cap_add, {"cap_add"}, {}},
  {"cap_drop", 15, cap_drop, {"cap_drop"}, {}},
  {"cgroup", 10, cgroup, {"cgroup"}, {}, true},
  {"cgroup_parent", 8, cgroup_parent, {"cgroup_parent"}, {}},
  {"cpu_quota", 10, cpu_quota, {"cpu_quota"}, {}},
  {"cpu_shares", 10, cpu_shares, {"cpu_shares"}, {}},
  {"cpus", 12, cpus, {}, "state-engine.md §2 and §4 never compare it"},
  {"cpuset", 10, cpuset, {"cpuset"}, {}},
  {"deploy",
    30,
    deploy,
    {"mem_limit", "mem_reservation", "pids_limit", "memswap_limit", "device_requests"},
    {}},
  {"devices", 12, devices, {"devices"}, {}},
  {"dns", 12, dns, {"dns"}, {}},
  {"dns_opt", 12, dns_opt, {"dns_opt"}, {}},
  {"dns_search", 12, dns_search, {"dns_search"}, {}},
  {"domainname", 10, domainname, {"domainname"}, {}},
  {"extra_hosts", 15, extra_hosts, {"extra_hosts"}, {}},
  {"gpus", 10, gpus, {"device_requests"}, {}},
  {"group_add", 10, group_add, {"group_add"}, {}},
  {"hostname", 15, hostname, {"hostname"}, {}},
  {"ipc", 12, ipc, {"ipc"}, {}},
  {"mac_address", 10, mac_address, {"mac_address"}, {}},
  {"mem_limit", 20, mem_limit, {"mem_limit"}, {}},
  {"mem_reservation", 12, mem_reservation, {"mem_reservation"}, {}},
  {"memswap_limit", 50, memswap_limit, {"memswap_limit"}, {}, true},
  {"oom_kill_disable", 8, flag, {"oom_kill_disable"}, {}},
  {"oom_score_adj", 10, oom_score_adj, {"oom_score_adj"}, {}},
  {"pid", 10, pid, {"pid"}, {}},
  {"pids_limit", 12, pids_limit, {"pids_limit"}, {}},
  {"ports", 25, ports, {"ports"}, {}},
  {"privileged", 10, flag, {"privileged"}, {}},
  {"security_opt", 12, security_opt, {"security_opt"}, {}},
  {"sysctls", 15, sysctls, {"sysctls"}, {}},
  {"ulimits", 15, ulimits, {"ulimits"}, {}},
  {"userns_mode", 8, userns_mode, {"userns_mode"}, {}},
};

} // namespace

std::span<const field> machine_fields() {
  return table;
}

} // namespace copal::property
