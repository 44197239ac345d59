#include "adapters/engine/forgetful.hpp"

#include "adapters/engine/codec.hpp"
#include "adapters/engine/parts.hpp"

#include <utility>

#include <nlohmann/json.hpp>

namespace copal::engine_wire {

namespace {

using body = nlohmann::ordered_json;

/// The names of an environment, in the engine's form.
body names_of(const environment& env) {
  auto out = body::array();
  for (const auto& [name, ignored] : env)
    out.push_back(name + '=');
  return out;
}

/// All networks, not only the one that the container is created with.
body addresses_of(const std::map<std::string, endpoint>& networks) {
  auto out = body::object();
  for (const auto& [name, x] : networks) {
    auto& addresses = out[name]["IPAMConfig"];
    addresses = body::object();
    addresses["IPv4Address"] = x.ipv4;
    addresses["IPv6Address"] = x.ipv6;
    addresses["LinkLocalIPs"] = x.link_local_ips;
  }
  return out;
}

container_config container_part(const json_node& asked) {
  container_config out;
  config_part(asked, out);
  host_part(asked["HostConfig"].required(), out);
  out.networks = networks_part(asked["NetworkingConfig"]["EndpointsConfig"]);
  return out;
}

/// What stands in the label, as `read` reads it; nothing where there is none, or none that can be
/// read. The label is taken off.
template <class Read>
auto taken_off(label_map& labels, Read read)
  -> std::optional<decltype(read(std::declval<const json_node&>()))> {
  auto label = labels.extract(std::string{asked_label});
  if (label.empty())
    return std::nullopt;
  const auto document = parse_json(label.mapped());
  if (!document)
    return std::nullopt;
  json_reader reader{*document};
  auto out = reader.finish(read(reader.root()));
  return out ? std::optional{std::move(*out)} : std::nullopt;
}

/// A body with one more label: itself, but for what is shown as it was told.
result<std::string> with_asked(const result<std::string>& plain,
  std::initializer_list<const char*> shown,
  std::string_view options_name = {}) {
  if (!plain)
    return plain;
  try {
    auto out = body::parse(*plain);
    auto asked = out;
    for (const auto* known : shown)
      asked.erase(known);
    if (!options_name.empty()) // it is shown under another name than it is asked for
      asked["Options"] = asked[std::string{options_name}];
    out["Labels"][std::string{asked_label}] = asked.dump();
    return out.dump();
  } catch (const body::exception&) {
    return fail(errc::internal, "the body of a network or volume cannot be written");
  }
}

/// What podman 4.3 shows otherwise than it was told, or not at all.
constexpr auto copy_forgotten = [](container_config& from, container_config& to) {
  const auto copy = [&](auto... members) { ((to.*members = std::move(from.*members)), ...); };
  using config = container_config;
  copy(&config::annotations,
    &config::stop_signal,
    &config::healthcheck,
    &config::anonymous_volumes,
    &config::init,
    &config::runtime,
    &config::logging,
    &config::binds,
    &config::mounts,
    &config::tmpfs,
    &config::shm_bytes,
    &config::network_mode,
    &config::ports,
    &config::mac_address,
    &config::domainname,
    &config::cap_add,
    &config::cap_drop,
    &config::sysctls,
    &config::devices,
    &config::device_requests,
    &config::pid_mode,
    &config::ipc_mode,
    &config::userns_mode,
    &config::uts_mode,
    &config::cgroupns_mode,
    &config::ulimits,
    &config::cpu_quota,
    &config::memory_swap_bytes);
};

} // namespace

result<std::string> write_create_remembered(const container_config& x) {
  const auto plain = write_create(x);
  if (!plain)
    return plain;
  try {
    auto out = body::parse(*plain);
    auto asked = out;
    for (const auto* known : {"Image", "Labels", "Cmd", "Entrypoint"})
      asked.erase(known); // shown as they were told
    asked["Env"] = names_of(x.env);
    asked["NetworkingConfig"]["EndpointsConfig"] = addresses_of(x.networks);
    out["Labels"][std::string{asked_label}] = asked.dump();
    out["HostConfig"].erase(own_mark_field); // the label says it, too
    if (x.ipc_mode == "host" || x.ipc_mode == "none")
      out["HostConfig"]["ShmSize"] = 0; // it has no memory of its own to have a size
    return out.dump();
  } catch (const body::exception&) {
    return fail(errc::internal, "the body of a container cannot be written");
  }
}

void recall(container_config& shown) {
  auto asked = taken_off(shown.labels, container_part);
  if (!asked)
    return;
  // It adds variables of its own: TERM, container, HOSTNAME ...
  std::erase_if(shown.env, [&](const auto& x) { return asked->env.count(x.first) == 0; });
  for (auto& [name, there] : shown.networks) {
    const auto it = asked->networks.find(name);
    if (it == asked->networks.end())
      continue;
    there.ipv4 = it->second.ipv4;
    there.ipv6 = it->second.ipv6;
    there.link_local_ips = it->second.link_local_ips;
  }
  copy_forgotten(*asked, shown);
}

result<std::string> write_network_remembered(const std::string& name, const network_config& x) {
  return with_asked(write_network(name, x), {"Name", "Labels", "CheckDuplicate"});
}

result<std::string> write_volume_remembered(const std::string& name, const volume_config& x) {
  return with_asked(write_volume(name, x), {"Name", "Labels"}, "DriverOpts");
}

void recall(network_config& shown) {
  auto asked = taken_off(shown.labels, network_part);
  if (!asked)
    return;
  asked->labels = std::move(shown.labels);
  shown = std::move(*asked);
}

void recall(volume_config& shown) {
  auto asked = taken_off(shown.labels, volume_part);
  if (!asked)
    return;
  asked->labels = std::move(shown.labels);
  shown = std::move(*asked);
}

bool is_forgetful(std::string_view version_answer) {
  const auto document = parse_json(version_answer);
  if (!document)
    return false;
  json_reader reader{*document};
  const auto root = reader.root();
  for (const auto& part : root["Components"].items()) {
    if (part["Name"].text() == "Podman Engine")
      return true;
  }
  return false;
}

} // namespace copal::engine_wire
