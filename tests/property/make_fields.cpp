// One maker for each field. Values are other than the defaults, and valid on each engine.

#include "tests/property/make.hpp"

#include <string>
#include <utility>

namespace copal::property {

namespace {

using source = test::random_source;

template <class... T>
value one_of(source& chance, T... choices) {
  const value all[] = {value{choices}...};
  return all[chance.below(sizeof...(choices))];
}

/// Some of them, one at least, in their order: other values are other meanings.
value some_of(source& chance, std::vector<value> pool) {
  value::list_type out;
  while (out.empty()) {
    for (const auto& x : pool) {
      if (chance.percent(40))
        out.push_back(x);
    }
  }
  return out;
}

value flag(source&, const situation&) {
  return true;
}

value annotations(source& c, const situation&) {
  if (c.percent(30))
    return some_of(c, {"com.example.list=a=b", "com.example.bare"});
  return value::map({{"com.example.map", one_of(c, "x", "a b=ü", "1")}});
}

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

value command(source& c, const situation&) {
  return one_of(c,
    "sleep 5",
    "sh -c 'echo \"a b\" # $HOME'",
    value::list({"sleep", "6"}),
    value::list({"echo", "a=b", "ä ö", ""}),
    value::list({"tab\tand\nline", "\"'\\"}));
}

value entrypoint(source& c, const situation&) {
  return one_of(
    c, "/bin/busybox env", value::list({"/bin/busybox", "sh"}), value::list({"/bin/sh", "-c"}));
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

value depends_on(source& c, const situation&) {
  return one_of(c,
    value::list({"db"}),
    value::map({{"db", value::map({{"condition", "service_started"}})}}),
    value::map({{"db", value::map({{"condition", "service_healthy"}, {"restart", true}})}}));
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

value environment_of(source& c, const situation&) {
  if (c.percent(30))
    return some_of(c, {"LISTED=x", "PATH=/usr/bin", "WITH=a=b", "EMPTY_HERE="});
  value out = value::map({{"FOO", one_of(c, "bar", "a=b", "", "ü \"' $HOME")}});
  if (c.percent(30))
    out.set("PATH", one_of(c, "/opt", "/opt:/bin"));
  if (c.percent(20))
    out.set("NUMBER", one_of(c, 5, true, 1.5));
  return out;
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

value healthcheck(source& c, const situation&) {
  value out = value::map({});
  out.set("test",
    one_of(c,
      "exit 0",
      value::list({"CMD", "/bin/busybox", "false"}),
      value::list({"CMD-SHELL", "exit 1"})));
  if (c.percent(60))
    out.set("interval", one_of(c, "10s", "1m30s", "1.5s"));
  if (c.percent(60))
    out.set("timeout", one_of(c, "5s", "2m"));
  if (c.percent(60))
    out.set("start_period", one_of(c, "10ms", "1h"));
  if (c.percent(60))
    out.set("retries", one_of(c, 1, 9));
  if (c.percent(30))
    out.set("start_interval", one_of(c, "1s", "20ms"));
  return out;
}

value hostname(source& c, const situation&) {
  return one_of(c, "named", "other-host", "a.b.c");
}

value ipc(source& c, const situation&) {
  return one_of(c, "private", "host");
}

value labels(source& c, const situation&) {
  if (c.percent(30))
    return some_of(c, {"com.example.list=a=b", "com.example.bare", "com.example.empty="});
  value out = value::map({{"com.example.map", one_of(c, "x", "", "a b=ü", "1")}});
  if (c.percent(30))
    out.set("com.example.image", one_of(c, "no", "never")); // an image has it too
  return out;
}

value logging(source& c, const situation&) {
  return one_of(c,
    value::map({{"driver", "json-file"}, {"options", value::map({{"max-size", "1m"}})}}),
    value::map(
      {{"driver", "json-file"}, {"options", value::map({{"max-size", "2m"}, {"max-file", 3}})}}),
    value::map({{"driver", "none"}}));
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

value pull_policy(source&, const situation&) {
  return "missing";
}

value restart(source& c, const situation& at) {
  return at.form == dialect::compose
           ? one_of(c, "no", "on-failure", "unless-stopped", "on-failure:3")
           : one_of(c, "no", "on-failure", "unless-stopped");
}

value running(source&, const situation&) {
  return false;
}

value runtime(source& c, const situation&) {
  return one_of(c, "runc", "io.containerd.runc.v2");
}

value security_opt(source& c, const situation&) {
  return some_of(c, {"no-new-privileges", "seccomp=unconfined", "apparmor=unconfined"});
}

value shm_size(source& c, const situation&) {
  return one_of(c, "32m", 134217728, "1m");
}

value stop_grace_period(source& c, const situation&) {
  return one_of(c, "0s", "5s", "1m30s", "1h");
}

value stop_signal(source& c, const situation&) {
  return one_of(c, "SIGHUP", "SIGQUIT", "SIGUSR1");
}

value sysctls(source& c, const situation&) {
  if (c.percent(40))
    return value::list({one_of(c, "net.core.somaxconn=200", "net.core.somaxconn=300")});
  return value::map(
    {{"net.ipv4.ip_forward", one_of(c, 0, "1")}, {"net.ipv4.ip_default_ttl", one_of(c, 60, 61)}});
}

value tmpfs(source& c, const situation&) {
  if (c.percent(25))
    return one_of(c, "/lone", "/lone:size=2m");
  return some_of(c, {"/scratch", "/run", "/b:size=1m,mode=1777"});
}

/// The other one than the form's default.
value tty(source&, const situation& at) {
  return at.form == dialect::compose;
}

value ulimits(source& c, const situation&) {
  value out = value::map({{"nofile", one_of(c, 1000, 2000)}});
  if (c.percent(50))
    out.set("core", value::map({{"soft", 0}, {"hard", one_of(c, 0, 5)}}));
  if (c.percent(50))
    out.set("nproc", value::map({{"soft", 100}, {"hard", 200}}));
  return out;
}

value user(source& c, const situation&) {
  return one_of(c, "1000", "daemon", "1:2");
}

value userns_mode(source&, const situation&) {
  return "host";
}

value uts(source&, const situation&) {
  return "host";
}

/// Of a file below /usr, where folders are on every machine: see `document_of`.
void add_binds(std::vector<value>& pool) {
  const auto bind = [](const char* target, value options) {
    return value::map(
      {{"type", "bind"}, {"source", "./lib"}, {"target", target}, {"bind", std::move(options)}});
  };
  const auto whole = value::map({{"create_host_path", false}});
  const auto shared = value::map({{"create_host_path", false}, {"propagation", "rslave"}});
  pool.insert(pool.end(),
    {"./share:/b/share",
      "../usr/lib:/b/lib:ro",
      bind("/b/made", value::map({{"propagation", "rprivate"}})),
      bind("/b/whole", whole),
      bind("/b/shared", shared)});
}

value secrets(source& c, const situation&) {
  return some_of(c,
    {"one",
      "two",
      value::map({{"source", "one"}, {"target", "again"}, {"uid", "103"}, {"mode", 0440}}),
      value::map({{"source", "two"}, {"target", "/etc/two"}, {"gid", 104}})});
}

value configs(source& c, const situation&) {
  return some_of(
    c, {"one", value::map({{"source", "two"}, {"target", "/etc/two.conf"}, {"mode", "0644"}})});
}

value volumes(source& c, const situation& at) {
  std::vector<value> pool{"data:/v/data",
    "logs:/v/logs:ro",
    "/v/anon",
    value::map(
      {{"type", "volume"}, {"source", "data"}, {"target", "/v/long"}, {"read_only", true}}),
    value::map({{"type", "volume"},
      {"source", "logs"},
      {"target", "/v/nocopy"},
      {"volume", value::map({{"nocopy", true}})}}),
    value::map({{"type", "tmpfs"}, {"target", "/v/tmp"}, {"tmpfs", value::map({{"size", "3m"}})}}),
    value::map(
      {{"type", "tmpfs"}, {"target", "/v/mode"}, {"tmpfs", value::map({{"mode", 01777}})}})};
  if (at.form == dialect::compose)
    add_binds(pool);
  return some_of(c, std::move(pool));
}

value working_dir(source& c, const situation&) {
  return one_of(c, "/tmp", "/srv/");
}

/// Labels that ask for something of the host; see `document_of`.
value features(source& c, const situation& at) {
  std::vector<value> pool = {"sysfs",
    "procfs",
    "balena-socket",
    "balena-api",
    "supervisor-api",
    "host-os.board-rev",
    "extra-firmware"};
  for (const auto* name : {"journal-logs", "dbus", "kernel-modules", "firmware", "gpu"}) {
    if (!is_left_out(name, at.engine))
      pool.emplace_back(name);
  }
  return some_of(c, std::move(pool));
}

constexpr auto planning_only = "the engine never hears of it";

const field table[] = {
  {"network_mode", 30, network_mode, {"network_mode", "networks(", "hostname", "env("}, {}},
  {"networks", 30, networks, {"networks(", "network_mode"}, {}},
  {"uts", 8, uts, {"uts", "hostname"}, {}},
  {"annotations", 12, annotations, {"annotations("}, {}},
  {"cap_add", 15, cap_add, {"cap_add"}, {}},
  {"cap_drop", 15, cap_drop, {"cap_drop"}, {}},
  {"cgroup", 10, cgroup, {"cgroup"}, {}, true},
  {"cgroup_parent", 8, cgroup_parent, {"cgroup_parent"}, {}},
  {"command", 30, command, {"command"}, {}},
  {"configs", 25, configs, {"mounts"}, {}},
  {"cpu_quota", 10, cpu_quota, {"cpu_quota"}, {}},
  {"cpu_shares", 10, cpu_shares, {"cpu_shares"}, {}},
  {"cpus", 12, cpus, {}, "state-engine.md §2 and §4 never compare it"},
  {"cpuset", 10, cpuset, {"cpuset"}, {}},
  {"depends_on", 10, depends_on, {}, planning_only},
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
  {"entrypoint", 20, entrypoint, {"entrypoint"}, {}},
  {"environment", 35, environment_of, {"env("}, {}},
  {"extra_hosts", 15, extra_hosts, {"extra_hosts"}, {}},
  {"gpus", 10, gpus, {"device_requests"}, {}},
  {"group_add", 10, group_add, {"group_add"}, {}},
  {"healthcheck", 30, healthcheck, {"healthcheck"}, {}},
  {"hostname", 15, hostname, {"hostname"}, {}},
  {"init", 15, flag, {"init"}, {}, true},
  {"ipc", 12, ipc, {"ipc"}, {}},
  {"labels", 30, labels, {"labels("}, {}},
  {"features",
    30,
    features,
    {"labels(", "volumes", "mounts", "env(", "networks(", "device_requests"},
    {}},
  {"logging", 15, logging, {"logging"}, {}, true},
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
  {"pull_policy", 20, pull_policy, {}, planning_only},
  {"read_only", 12, flag, {"read_only"}, {}},
  {"restart", 25, restart, {"restart"}, {}},
  {"running", 20, running, {}, planning_only},
  {"runtime", 10, runtime, {"runtime"}, {}, true},
  {"secrets", 25, secrets, {"mounts"}, {}},
  {"security_opt", 12, security_opt, {"security_opt"}, {}},
  {"shm_size", 12, shm_size, {"shm_size"}, {}},
  {"stdin_open", 12, flag, {"stdin_open"}, {}},
  {"stop_grace_period", 15, stop_grace_period, {"stop_grace_period"}, {}},
  {"stop_signal", 15, stop_signal, {"stop_signal"}, {}},
  {"sysctls", 15, sysctls, {"sysctls"}, {}},
  {"tmpfs", 20, tmpfs, {"tmpfs"}, {}},
  {"tty", 30, tty, {"tty"}, {}},
  {"ulimits", 15, ulimits, {"ulimits"}, {}},
  {"user", 15, user, {"user"}, {}},
  {"userns_mode", 8, userns_mode, {"userns_mode"}, {}},
  {"volumes", 35, volumes, {"volumes", "mounts", "anonymous_volumes"}, {}},
  {"working_dir", 15, working_dir, {"working_dir"}, {}},
};

} // namespace

std::span<const field> fields() {
  return table;
}

} // namespace copal::property
