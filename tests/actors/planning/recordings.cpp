#include "tests/actors/planning/recordings.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>

#include <nlohmann/json.hpp>

namespace copal::recordings {

namespace {

using json = nlohmann::ordered_json;

json read(const std::filesystem::path& file) {
  std::ifstream in{file};
  if (!in)
    throw std::runtime_error{"cannot open " + file.string()};
  return json::parse(in);
}

std::filesystem::path folder() {
  return COPAL_GOLDEN_DIR "/v19";
}

value to_value(const json& j) {
  if (j.is_boolean())
    return j.get<bool>();
  if (j.is_number_integer())
    return j.get<std::int64_t>();
  if (j.is_number())
    return j.get<double>();
  if (j.is_string())
    return j.get<std::string>();
  if (j.is_array()) {
    value::list_type items;
    for (const auto& item : j)
      items.push_back(to_value(item));
    return items;
  }
  if (j.is_object()) {
    value::map_type members;
    for (const auto& [key, val] : j.items())
      members.push_back({key, to_value(val)});
    return members;
  }
  return {};
}

/// A member, or an empty value of the type when it is absent or null.
template <class T>
T get(const json& j, const char* key, T otherwise = {}) {
  const auto it = j.find(key);
  return it == j.end() || it->is_null() ? otherwise : it->get<T>();
}

json object(const json& j, const char* key) {
  return get<json>(j, key, json::object());
}

std::vector<std::string> texts(const json& j, const char* key) {
  std::vector<std::string> out;
  for (const auto& item : get<json>(j, key, json::array()))
    out.push_back(item.is_null() ? "null" : item.get<std::string>());
  return out;
}

std::map<std::string, std::string> text_map(const json& j, const char* key) {
  return get<std::map<std::string, std::string>>(j, key);
}

template <class Keys>
Keys keys(const json& j, const char* key) {
  Keys out;
  const auto members = object(j, key);
  for (const auto& [name, ignored] : members.items())
    out.insert(out.end(), name);
  return out;
}

environment env(const json& j) {
  environment out;
  for (const auto& text : texts(j, "Env"))
    out.emplace(text.substr(0, text.find('=')), text.substr(text.find('=') + 1));
  return out;
}

health_check healthcheck(const json& j) {
  const auto h = object(j, "Healthcheck");
  const auto time = [&h](const char* key) {
    return std::chrono::nanoseconds{get<std::int64_t>(h, key)};
  };
  return {texts(h, "Test"),
    time("Interval"),
    time("Timeout"),
    time("StartPeriod"),
    get<std::int64_t>(h, "Retries")};
}

std::vector<port_binding> ports(const json& host) {
  std::vector<port_binding> out;
  const auto number = [](const std::string& text) {
    return static_cast<std::uint16_t>(text.empty() ? 0 : std::stoi(text));
  };
  const auto published = object(host, "PortBindings");
  for (const auto& [port, bindings] : published.items()) {
    const auto slash = port.find('/');
    for (const auto& b : bindings)
      out.push_back({get<std::string>(b, "HostIp"),
        number(get<std::string>(b, "HostPort")),
        number(port.substr(0, slash)),
        port.substr(slash + 1) == "udp" ? transport::udp : transport::tcp});
  }
  std::sort(out.begin(), out.end());
  return out;
}

endpoint endpoint_of(const json& e) {
  const auto ipam = object(e, "IPAMConfig");
  return {texts(e, "Aliases"),
    get<std::string>(ipam, "IPv4Address"),
    get<std::string>(ipam, "IPv6Address"),
    texts(ipam, "LinkLocalIPs")};
}

std::vector<mount> mounts(const json& host) {
  std::vector<mount> out;
  for (const auto& m : get<json>(host, "Mounts", json::array()))
    out.push_back({get<std::string>(m, "Type"),
      get<std::string>(m, "Source"),
      get<std::string>(m, "Target"),
      get<bool>(m, "ReadOnly"),
      get<std::string>(object(m, "BindOptions"), "Propagation"),
      get<bool>(object(m, "VolumeOptions"), "NoCopy"),
      get<std::int64_t>(object(m, "TmpfsOptions"), "SizeBytes")});
  return out;
}

void decode_devices(const json& host, container_config& c) {
  for (const auto& d : get<json>(host, "Devices", json::array()))
    c.devices.push_back({d.at("PathOnHost"), d.at("PathInContainer"), d.at("CgroupPermissions")});
  for (const auto& r : get<json>(host, "DeviceRequests", json::array()))
    c.device_requests.push_back({get<std::string>(r, "Driver"),
      get<std::int64_t>(r, "Count"),
      texts(r, "DeviceIDs"),
      get<std::vector<std::vector<std::string>>>(r, "Capabilities"),
      text_map(r, "Options")});
  for (const auto& u : get<json>(host, "Ulimits", json::array()))
    c.ulimits.push_back({u.at("Name"), u.at("Soft"), u.at("Hard")});
  std::sort(c.ulimits.begin(), c.ulimits.end());
}

restart_policy restart(const json& host) {
  const auto policy = object(host, "RestartPolicy");
  for (const auto mode :
    {restart_mode::no, restart_mode::on_failure, restart_mode::unless_stopped}) {
    if (get<std::string>(policy, "Name") == to_string(mode))
      return {mode, get<std::int64_t>(policy, "MaximumRetryCount")};
  }
  return {};
}

void decode_host(const json& host, container_config& c) {
  c.restart = restart(host);
  c.binds = texts(host, "Binds");
  c.mounts = mounts(host);
  c.tmpfs = keys<std::vector<std::string>>(host, "Tmpfs");
  c.read_only = get<bool>(host, "ReadonlyRootfs");
  c.shm_bytes = get<std::int64_t>(host, "ShmSize");
  c.network_mode = get<std::string>(host, "NetworkMode");
  c.ports = ports(host);
  c.dns = texts(host, "Dns");
  c.dns_search = texts(host, "DnsSearch");
  c.dns_options = texts(host, "DnsOptions");
  c.extra_hosts = texts(host, "ExtraHosts");
  c.privileged = get<bool>(host, "Privileged");
  c.cap_add = texts(host, "CapAdd");
  c.cap_drop = texts(host, "CapDrop");
  c.group_add = texts(host, "GroupAdd");
  c.security_opt = texts(host, "SecurityOpt");
  decode_devices(host, c);
  c.sysctls = text_map(host, "Sysctls");
  c.pid_mode = get<std::string>(host, "PidMode");
  c.ipc_mode = get<std::string>(host, "IpcMode");
  c.userns_mode = get<std::string>(host, "UsernsMode");
  c.cgroup_parent = get<std::string>(host, "CgroupParent");
  c.pids_limit = get<std::int64_t>(host, "PidsLimit");
  c.cpu_shares = get<std::int64_t>(host, "CpuShares");
  c.cpu_quota = get<std::int64_t>(host, "CpuQuota");
  c.nano_cpus = get<std::int64_t>(host, "NanoCpus");
  c.cpuset = get<std::string>(host, "CpusetCpus");
  c.memory_bytes = get<std::int64_t>(host, "Memory");
  c.memory_reservation_bytes = get<std::int64_t>(host, "MemoryReservation");
  c.oom_score_adj = get<std::int64_t>(host, "OomScoreAdj");
  c.oom_kill_disable = get<bool>(host, "OomKillDisable");
  if (const auto it = host.find("Init"); it != host.end() && !it->is_null())
    c.init = it->get<bool>();
}

container_config decode(const json& outer, const json& host, const json& endpoints) {
  container_config c;
  c.image = get<std::string>(outer, "Image");
  c.command = texts(outer, "Cmd");
  c.entrypoint = texts(outer, "Entrypoint");
  c.env = env(outer);
  c.labels = text_map(outer, "Labels");
  c.user = get<std::string>(outer, "User");
  c.working_dir = get<std::string>(outer, "WorkingDir");
  c.tty = get<bool>(outer, "Tty");
  c.stop_signal = get<std::string>(outer, "StopSignal");
  c.stop_grace_period = std::chrono::seconds{get<std::int64_t>(outer, "StopTimeout", 10)};
  c.healthcheck = healthcheck(outer);
  c.anonymous_volumes = keys<std::set<std::string>>(outer, "Volumes");
  c.hostname = get<std::string>(outer, "Hostname");
  c.domainname = get<std::string>(outer, "Domainname");
  c.mac_address = get<std::string>(outer, "MacAddress");
  decode_host(host, c);
  for (const auto& [name, e] : endpoints.items())
    c.networks.emplace(name, endpoint_of(e));
  return c;
}

image_facts facts(const json& j) {
  return {env(j),
    texts(j, "Cmd"),
    texts(j, "Entrypoint"),
    get<std::string>(j, "User"),
    get<std::string>(j, "WorkingDir"),
    get<std::string>(j, "StopSignal"),
    text_map(j, "Labels"),
    keys<std::set<std::string>>(j, "Volumes"),
    healthcheck(j),
    {}};
}

recording decode(const json& j) {
  recording out;
  out.name = j.at("name");
  out.note = get<std::string>(j, "note");
  out.image = facts(j.at("image_config"));
  const auto& create = j.at("create");
  out.container_name = create.at("name");
  auto endpoints = object(object(create, "NetworkingConfig"), "EndpointsConfig");
  for (const auto& c : j.at("connects"))
    endpoints[c.at("network").get<std::string>()] = c.at("endpoint");
  out.exposed = keys<std::set<std::string>>(create, "ExposedPorts");
  out.created = decode(create, create.at("HostConfig"), endpoints);
  if (const auto it = j.find("inspect"); it != j.end()) {
    out.shown.id.value = it->at("Id");
    out.shown.config = decode(it->at("Config"), it->at("HostConfig"), it->at("Networks"));
  }
  return out;
}

network_config network(const json& j) {
  network_config out;
  const auto ipam = object(j, "IPAM");
  out.driver = get<std::string>(j, "Driver");
  out.driver_opts = text_map(j, "Options");
  out.ipam_driver = get<std::string>(ipam, "Driver");
  out.ipam_options = text_map(ipam, "Options");
  for (const auto& p : get<json>(ipam, "Config", json::array()))
    out.pools.push_back({get<std::string>(p, "Subnet"),
      get<std::string>(p, "Gateway"),
      get<std::string>(p, "IPRange"),
      text_map(p, p.contains("AuxAddress") ? "AuxAddress" : "AuxiliaryAddresses")});
  out.enable_ipv6 = get<bool>(j, "EnableIPv6");
  out.internal = get<bool>(j, "Internal");
  out.config_only = get<bool>(j, "ConfigOnly");
  out.labels = text_map(j, "Labels");
  return out;
}

volume_config volume(const json& j, const char* options) {
  return {get<std::string>(j, "Driver", "local"), text_map(j, options), text_map(j, "Labels")};
}

} // namespace

std::vector<recording> services(bool odd) {
  std::vector<recording> out;
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator{folder()}) {
    const auto name = entry.path().filename().string();
    if (name[0] >= '0' && name[0] <= '9' && (name.rfind("91-", 0) == 0) == odd)
      files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  out.reserve(files.size());
  for (const auto& file : files)
    out.push_back(decode(read(file)));
  return out;
}

target_document target(bool odd) {
  const auto* name = odd ? "target-91.json" : "target.json";
  return {dialect::cloud_v3, name, to_value(read(folder() / name))};
}

device_facts device() {
  device_facts out;
  out.uuid.value = "aaaaaaaabbbbbbbbccccccccdddddddd";
  out.name = "fixture-device";
  out.type = "generic-amd64";
  out.arch = "amd64";
  out.os_version = "balenaOS 6.5.1";
  out.os_variant = "dev";
  out.board_rev = "abc1234";
  out.hostname = "devhost";
  out.has_kernel_modules = true;
  out.has_firmware = true;
  out.engine_socket = "/var/run/balena-engine.sock";
  out.api_endpoint = "https://127.0.0.1:8443";
  out.device_api_key = secret{"<key>"};
  for (const auto* name : {"features-all", "features-supervisor-host", "features-supervisor-nets"})
    out.service_keys.push_back({{1001}, {name}, secret{"<key>"}});
  return out;
}

std::vector<network_recording> networks() {
  std::vector<network_recording> out;
  for (const auto& j : read(folder() / "networks.json"))
    out.push_back(
      {j.at("name"), j.at("create").at("Name"), network(j.at("create")), network(j.at("inspect"))});
  return out;
}

std::vector<volume_recording> volumes() {
  std::vector<volume_recording> out;
  for (const auto& j : read(folder() / "volumes.json"))
    out.push_back({j.at("name"),
      j.at("create").at("Name"),
      volume(j.at("create"), "DriverOpts"),
      volume(j.at("inspect"), "Options")});
  return out;
}

} // namespace copal::recordings
