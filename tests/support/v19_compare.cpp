#include "tests/support/v19_compare.hpp"

#include <algorithm>
#include <set>

namespace copal::test {

namespace {

using nlohmann::json;

/// A member; the other value when it is absent, null, or an empty container or text.
json member(const json& j, const char* key, json otherwise) {
  const auto it = j.find(key);
  if (it == j.end() || it->is_null() || ((it->is_structured() || it->is_string()) && it->empty()))
    return otherwise;
  return *it;
}

json list(const json& j, const char* key) {
  return member(j, key, json::array());
}

json map(const json& j, const char* key) {
  return member(j, key, json::object());
}

json sorted(json items) {
  std::sort(items.begin(), items.end());
  return items;
}

bool is_device_name(const std::string& variable) {
  return variable == "BALENA_DEVICE_NAME_AT_INIT" || variable == "RESIN_DEVICE_NAME_AT_INIT";
}

json environment(const json& config) {
  json out = json::object();
  for (const auto& item : list(config, "Env")) {
    const auto text = item.get<std::string>();
    const auto equals = text.find('=');
    if (equals != std::string::npos && equals > 0 && !is_device_name(text.substr(0, equals)))
      out[text.substr(0, equals)] = text.substr(equals + 1);
  }
  return out;
}

json labels(const json& config) {
  json out = json::object();
  const auto all = map(config, "Labels");
  for (const bool modern : {false, true}) {
    for (const auto& [key, text] : all.items()) {
      if (key.starts_with("io.resin.") == modern)
        continue;
      auto name = key;
      if (!modern) {
        for (auto at = name.find("resin"); at != std::string::npos; at = name.find("resin", at))
          name.replace(at, 5, "balena");
      }
      out[name] = text;
    }
  }
  return out;
}

/// Without what says nothing, so that what was not sent is as what was sent empty.
json plain(const json& j) {
  if (j.is_array()) {
    json out = json::array();
    for (const auto& item : j)
      out.push_back(plain(item));
    return out;
  }
  if (!j.is_object())
    return j;
  json out = json::object();
  for (const auto& [key, val] : j.items()) {
    auto inner = plain(val);
    if (!inner.is_null() && inner != false && inner != 0 && inner != ""
        && !(inner.is_structured() && inner.empty()))
      out[key] = std::move(inner);
  }
  return out;
}

json ports(const json& host) {
  json out = json::array();
  const auto bound = map(host, "PortBindings");
  for (const auto& [port, bindings] : bound.items()) {
    for (const auto& b : bindings)
      out.push_back(port + " " + b.value("HostIp", "") + ":" + b.value("HostPort", ""));
  }
  return sorted(out);
}

json volumes(const json& config, const json& host) {
  json out = list(host, "Binds");
  for (const auto& m : list(host, "Mounts"))
    out.push_back(plain(m));
  const auto anonymous = map(config, "Volumes");
  for (const auto& [path, nothing] : anonymous.items())
    out.push_back(path);
  return sorted(out);
}

json security_options(const json& host) {
  json out = json::array();
  for (const auto& text : list(host, "SecurityOpt")) {
    if (text.get<std::string>().find("label=") != 0)
      out.push_back(text);
  }
  return sorted(out);
}

/// All that is compared by deep equality, or as a multiset.
json fields(const json& config, const json& host) {
  json out{
    {"image", config.at("Image")},
    {"command", list(config, "Cmd")},
    {"entrypoint", list(config, "Entrypoint")},
    {"environment", environment(config)},
    {"labels", labels(config)},
    {"user", member(config, "User", "")},
    {"workingDir", member(config, "WorkingDir", "")},
    {"domainname", member(config, "Domainname", "")},
    {"macAddress", member(config, "MacAddress", "")},
    {"tty", member(config, "Tty", false)},
    {"stopSignal", member(config, "StopSignal", "SIGTERM")},
    {"stopGracePeriod", member(config, "StopTimeout", 10)},
    {"healthcheck", plain(member(config, "Healthcheck", {{"Test", {"NONE"}}}))},
    {"restart", map(host, "RestartPolicy").value("Name", "")},
    {"ports", ports(host)},
    {"volumes", volumes(config, host)},
    {"tmpfs", json::array()},
    {"devices", sorted(list(host, "Devices"))},
    {"deviceRequests", plain(list(host, "DeviceRequests"))},
    {"securityOpt", security_options(host)},
    {"sysctls", map(host, "Sysctls")},
    {"ulimits", sorted(list(host, "Ulimits"))},
    {"dns", list(host, "Dns")},
    {"dnsSearch", list(host, "DnsSearch")},
    {"ipc", member(host, "IpcMode", "")},
    {"shmSize", member(host, "ShmSize", 0)},
  };
  const auto tmpfs = map(host, "Tmpfs");
  for (const auto& [path, options] : tmpfs.items())
    out["tmpfs"].push_back(path);
  for (const auto* key : {"CapAdd", "CapDrop", "DnsOptions", "ExtraHosts", "GroupAdd"})
    out[key] = sorted(list(host, key));
  for (const auto* key : {"CgroupParent", "PidMode", "UsernsMode", "CpusetCpus"})
    out[key] = member(host, key, "");
  for (const auto* key :
    {"PidsLimit", "CpuShares", "CpuQuota", "Memory", "MemoryReservation", "OomScoreAdj"})
    out[key] = member(host, key, 0);
  for (const auto* key : {"OomKillDisable", "Privileged", "ReadonlyRootfs"})
    out[key] = member(host, key, false);
  return out;
}

std::set<std::string> aliases(const json& endpoint, const std::string& id) {
  std::set<std::string> out;
  for (const auto& alias : list(endpoint, "Aliases")) {
    if (id.empty() || !id.starts_with(alias.get<std::string>()))
      out.insert(alias.get<std::string>());
  }
  return out;
}

/// Each network of the target with its aliases and addresses; there may be more.
bool has_networks(const json& there, const json& wanted, const std::string& id) {
  for (const auto& [name, endpoint] : wanted.items()) {
    const auto found = there.find(name);
    if (found == there.end())
      return false;
    const auto have = aliases(*found, id);
    const auto want = aliases(endpoint, {});
    if (!std::includes(have.begin(), have.end(), want.begin(), want.end()))
      return false;
    const auto addresses = plain(map(endpoint, "IPAMConfig"));
    const auto given = map(*found, "IPAMConfig");
    for (const auto& [key, address] : addresses.items()) {
      if (given.value(key, json{}) != address)
        return false;
    }
  }
  return true;
}

bool same_network_mode(
  const json& inspect, const json& create, const std::string& shared, const std::string& id) {
  const auto there = inspect.at("HostConfig").at("NetworkMode").get<std::string>();
  const auto wanted = create.at("HostConfig").at("NetworkMode").get<std::string>();
  if (wanted.starts_with("container:"))
    return there == (shared.empty() ? wanted : "container:" + shared);
  auto hostname = inspect.at("Config").value("Hostname", "");
  if (!hostname.empty() && id.starts_with(hostname))
    hostname.clear();
  return there == wanted && hostname == create.value("Hostname", "");
}

} // namespace

std::vector<std::string> v19_differences(
  const json& inspect, const json& create, const json& connects, const std::string& shared) {
  const auto id = inspect.at("Id").get<std::string>();
  auto networks = map(map(create, "NetworkingConfig"), "EndpointsConfig");
  for (const auto& more : connects)
    networks[more.at("network").get<std::string>()] = more.at("endpoint");
  const auto& joined =
    inspect.contains("Networks") ? inspect.at("Networks") : inspect["NetworkSettings"]["Networks"];

  std::vector<std::string> out;
  const auto there = fields(inspect.at("Config"), inspect.at("HostConfig"));
  const auto wanted = fields(create, create.at("HostConfig"));
  for (const auto& [name, value] : wanted.items()) {
    if (there.at(name) != value)
      out.push_back(name);
  }
  if (!has_networks(joined, networks, id))
    out.emplace_back("networks");
  if (!same_network_mode(inspect, create, shared, id))
    out.emplace_back("networkMode");
  return out;
}

} // namespace copal::test
