// Inspection of a container: what the engine shows, in the model's form.

#include "adapters/engine/codec.hpp"
#include "adapters/engine/forgetful.hpp"
#include "adapters/engine/parts.hpp"

#include <charconv>
#include <utility>

#include <nlohmann/json.hpp>

namespace copal::engine_wire {

namespace {

constexpr std::int64_t max_port = 65535;
constexpr std::int64_t max_grace_s = 100LL * 365 * 24 * 3600;

std::optional<std::uint16_t> port_number(std::string_view text) {
  std::uint16_t out = 0;
  const auto* end = text.data() + text.size();
  const auto [stop, ec] = std::from_chars(text.data(), end, out);
  if (ec != std::errc{} || stop != end)
    return std::nullopt;
  return out;
}

std::optional<transport> transport_of(std::string_view text) {
  for (const auto x : {transport::tcp, transport::udp, transport::sctp}) {
    if (text == to_string(x))
      return x;
  }
  return std::nullopt;
}

/// `80/tcp`; without a protocol it is tcp.
std::optional<port_binding> container_port(std::string_view text) {
  const auto slash = text.find('/');
  const auto number = port_number(text.substr(0, slash));
  const auto protocol =
    slash == std::string_view::npos ? transport::tcp : transport_of(text.substr(slash + 1));
  if (!number || !protocol)
    return std::nullopt;
  return port_binding{{}, 0, *number, *protocol};
}

std::vector<port_binding> ports(const json_node& bindings) {
  std::vector<port_binding> out;
  for (const auto& [key, on_host] : bindings.members()) {
    const auto port = container_port(key);
    if (!port) {
      bindings.reject("a map with keys like 80/tcp");
      continue;
    }
    for (const auto& x : on_host.items()) {
      auto binding = *port;
      binding.host_ip = x["HostIp"].text();
      const auto host_port = x["HostPort"].text();
      // A range means that the engine chose one of it; nothing, that it chose one of all.
      if (!host_port.empty() && host_port.find('-') == std::string::npos) {
        const auto number = port_number(host_port);
        if (!number)
          x["HostPort"].reject("a port number up to " + std::to_string(max_port));
        binding.host_port = number.value_or(0);
      }
      out.push_back(std::move(binding));
    }
  }
  return out;
}

restart_policy restart(const json_node& shown) {
  restart_policy out;
  if (shown.absent())
    return out;
  const auto name = shown["Name"].text();
  if (name.empty()) { // the engine's own default
    out.mode = restart_mode::no;
    return out;
  }
  for (const auto mode : {restart_mode::no,
         restart_mode::always,
         restart_mode::on_failure,
         restart_mode::unless_stopped}) {
    if (name != to_string(mode))
      continue;
    out.mode = mode;
    if (mode == restart_mode::on_failure)
      out.max_retries = shown["MaximumRetryCount"].integer();
    return out;
  }
  shown["Name"].reject("a restart policy");
  return out;
}

std::vector<mount> mounts(const json_node& shown) {
  std::vector<mount> out;
  for (const auto& x : shown.items())
    out.push_back({x["Type"].text(),
      x["Source"].text(),
      x["Target"].text(),
      x["ReadOnly"].boolean(),
      x["BindOptions"]["Propagation"].text(),
      x["VolumeOptions"]["NoCopy"].boolean(),
      x["TmpfsOptions"]["SizeBytes"].integer(),
      x["TmpfsOptions"]["Mode"].integer()});
  return out;
}

/// Options stand beside the path, or within it when v19 made the container.
std::vector<std::string> tmpfs(const json_node& shown) {
  std::vector<std::string> out;
  for (const auto& [path, options] : shown.text_map()) {
    auto& entry = out.emplace_back(path);
    if (!options.empty())
      entry.append(":").append(options);
  }
  return out;
}

std::vector<device_mapping> devices(const json_node& shown) {
  std::vector<device_mapping> out;
  for (const auto& x : shown.items())
    out.push_back(
      {x["PathOnHost"].text(), x["PathInContainer"].text(), x["CgroupPermissions"].text()});
  return out;
}

std::vector<device_request> device_requests(const json_node& shown) {
  std::vector<device_request> out;
  for (const auto& x : shown.items()) {
    std::vector<std::vector<std::string>> capabilities;
    for (const auto& all_of : x["Capabilities"].items())
      capabilities.push_back(all_of.texts());
    out.push_back({x["Driver"].text(),
      x["Count"].integer(),
      x["DeviceIDs"].texts(),
      std::move(capabilities),
      x["Options"].text_map()});
  }
  return out;
}

std::optional<log_config> logging(const json_node& shown) {
  if (shown.absent())
    return std::nullopt;
  return log_config{shown["Type"].text(), shown["Config"].text_map()};
}

std::vector<ulimit> ulimits(const json_node& shown) {
  std::vector<ulimit> out;
  for (const auto& x : shown.items())
    out.push_back({x["Name"].text(), x["Soft"].integer(), x["Hard"].integer()});
  return out;
}

/// podman shows the id of an image without its algorithm.
std::string image_of(std::string id) {
  constexpr std::size_t sha256_digits = 64;
  if (id.size() == sha256_digits && id.find(':') == std::string::npos)
    return "sha256:" + id;
  return id;
}

/// podman's word for its runtime, whatever that is.
constexpr std::string_view podmans_runtime = "oci";

} // namespace

std::map<std::string, endpoint> networks_part(const json_node& shown) {
  std::map<std::string, endpoint> out;
  for (const auto& [name, x] : shown.members()) {
    const auto addresses = x["IPAMConfig"];
    out[name] = {x["Aliases"].texts(),
      addresses["IPv4Address"].text(),
      addresses["IPv6Address"].text(),
      addresses["LinkLocalIPs"].texts()};
  }
  return out;
}

void config_part(const json_node& shown, container_config& out) {
  out.command = shown["Cmd"].texts();
  out.entrypoint = shown["Entrypoint"].texts();
  out.env = env_part(shown["Env"]);
  out.labels = shown["Labels"].text_map();
  out.user = shown["User"].text();
  out.working_dir = shown["WorkingDir"].text();
  out.tty = shown["Tty"].boolean();
  out.stdin_open = shown["OpenStdin"].boolean();
  if (auto signal = shown["StopSignal"].text(); !signal.empty())
    out.stop_signal = std::move(signal);
  if (const auto grace = shown["StopTimeout"]; !grace.absent())
    out.stop_grace_period = std::chrono::seconds{grace.integer(0, -1, max_grace_s)};
  if (auto check = health_part(shown["Healthcheck"]); check != health_check{})
    out.healthcheck = std::move(check);
  for (const auto& [path, nothing] : shown["Volumes"].members())
    out.anonymous_volumes.insert(path);
  out.hostname = shown["Hostname"].text();
  out.domainname = shown["Domainname"].text();
  out.mac_address = shown["MacAddress"].text();
}

void host_part(const json_node& shown, container_config& out) {
  if (!shown["Init"].absent())
    out.init = shown["Init"].boolean();
  out.restart = restart(shown["RestartPolicy"]);
  out.annotations = shown["Annotations"].text_map();
  out.runtime = shown["Runtime"].text();
  out.logging = logging(shown["LogConfig"]);
  out.binds = shown["Binds"].texts();
  out.mounts = mounts(shown["Mounts"]);
  out.tmpfs = tmpfs(shown["Tmpfs"]);
  out.read_only = shown["ReadonlyRootfs"].boolean();
  out.shm_bytes = shown["ShmSize"].integer();
  out.network_mode = shown["NetworkMode"].text();
  out.ports = ports(shown["PortBindings"]);
  out.dns = shown["Dns"].texts();
  out.dns_search = shown["DnsSearch"].texts();
  out.dns_options = shown["DnsOptions"].texts();
  out.extra_hosts = shown["ExtraHosts"].texts();
  out.privileged = shown["Privileged"].boolean();
  out.cap_add = shown["CapAdd"].texts();
  out.cap_drop = shown["CapDrop"].texts();
  out.group_add = shown["GroupAdd"].texts();
  out.security_opt = shown["SecurityOpt"].texts();
  out.devices = devices(shown["Devices"]);
  out.device_requests = device_requests(shown["DeviceRequests"]);
  out.sysctls = shown["Sysctls"].text_map();
  out.pid_mode = shown["PidMode"].text();
  out.ipc_mode = shown["IpcMode"].text();
  out.userns_mode = shown["UsernsMode"].text();
  out.uts_mode = shown["UTSMode"].text();
  out.cgroupns_mode = shown["CgroupnsMode"].text();
  out.cgroup_parent = shown["CgroupParent"].text();
  out.ulimits = ulimits(shown["Ulimits"]);
  out.pids_limit = shown["PidsLimit"].integer();
  out.cpu_shares = shown["CpuShares"].integer();
  out.cpu_quota = shown["CpuQuota"].integer();
  out.nano_cpus = shown["NanoCpus"].integer();
  out.cpuset = shown["CpusetCpus"].text();
  out.memory_bytes = shown["Memory"].integer();
  out.memory_reservation_bytes = shown["MemoryReservation"].integer();
  out.memory_swap_bytes = shown["MemorySwap"].integer();
  out.oom_score_adj = shown["OomScoreAdj"].integer();
  out.oom_kill_disable = shown["OomKillDisable"].boolean();
}

result<container> read_container(std::string_view text) {
  const auto document = parse_json(text);
  if (!document)
    return fail(document.error());
  json_reader reader{*document};
  const auto root = reader.root();
  const auto state = root["State"].required();
  container out;
  out.id.value = root["Id"].required().text();
  out.name = plain_name(root["Name"].text());
  out.state = state_part(state["Status"].required().text(), state["Running"].boolean());
  out.created = time_part(root["Created"]);
  out.started = time_part(state["StartedAt"]);
  out.finished = time_part(state["FinishedAt"]);
  out.exit_code = state["ExitCode"].integer();
  out.oom_killed = state["OOMKilled"].boolean();
  out.restart_count = root["RestartCount"].integer();
  // podman 4 has the same under a name of its own, or under both.
  const auto health = state["Health"].absent() ? state["Healthcheck"] : state["Health"];
  out.health = health_word(health["Status"].text());
  if (out.health != health_state::none)
    out.failed_checks = health["FailingStreak"].integer();
  out.engine_error = state["Error"].text();
  out.config.image = image_of(root["Image"].required().text());
  out.config.networks = networks_part(root["NetworkSettings"]["Networks"]);
  config_part(root["Config"].required(), out.config);
  host_part(root["HostConfig"].required(), out.config);
  out.made_here = root["HostConfig"][own_mark_field].text() == own_mark
                  || out.config.labels.contains(std::string{asked_label});
  if (out.config.runtime == podmans_runtime)
    recall(out.config);
  return reader.finish(std::move(out));
}

} // namespace copal::engine_wire
