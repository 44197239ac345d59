#include "actors/planning/normalise/features.hpp"

#include "actors/planning/labels.hpp"
#include "actors/planning/normalise/environment.hpp"
#include "actors/planning/normalise/service_networks.hpp"

#include <algorithm>

namespace copal::planning {

namespace {

struct host_bind {
  std::string_view label;
  const char* bind;
  bool device_facts::*needs; ///< A fact about the host; null: always there.
};

constexpr host_bind host_binds[] = {
  {label::journal_logs, "/var/log/journal:/var/log/journal:ro", nullptr},
  {label::journal_logs, "/run/log/journal:/run/log/journal:ro", nullptr},
  {label::journal_logs, "/etc/machine-id:/etc/machine-id:ro", nullptr},
  {label::dbus, "/run/dbus:/host/run/dbus", nullptr},
  {label::kernel_modules, "/lib/modules:/lib/modules", &device_facts::has_kernel_modules},
  {label::firmware, "/lib/firmware:/lib/firmware", &device_facts::has_firmware},
  {label::sysfs, "/sys:/sys", nullptr},
  {label::procfs, "/proc:/proc", nullptr},
};

void add_mount(container_config& config, const char* type, std::string source, std::string target) {
  mount m;
  m.type = type;
  m.source = std::move(source);
  m.target = std::move(target);
  config.mounts.push_back(std::move(m));
}

void mount_socket(const device_facts& device, container_config& config) {
  const std::string named = "/host/run/balena-engine.sock";
  const std::string legacy = "/var/run/balena.sock";
  const auto& own = device.engine_socket;
  add_mount(config, "bind", own, named);
  add_mount(config, "bind", own, own);
  if (own != legacy)
    add_mount(config, "bind", own, legacy);
  config.env.emplace("DOCKER_HOST", "unix://" + named);
}

secret service_key(const app_setting& app, const service_name& service) {
  const auto& keys = app.device.service_keys;
  const auto it = std::find_if(keys.begin(), keys.end(), [&](const service_key_fact& fact) {
    return fact.app == app.id && fact.service == service;
  });
  return it == keys.end() ? secret{} : it->key;
}

void reach_supervisor(
  const app_setting& app, const service_name& service, container_config& config) {
  const auto& mode = config.network_mode;
  const bool on_host = mode == "host";
  if (!on_host && mode != "none" && shared_service(mode).empty())
    config.networks.emplace(supervisor_network, endpoint{});
  const std::string host = on_host ? "127.0.0.1" : std::string{supervisor_gateway};
  const auto port = std::to_string(app.device.listen_port);
  set_both(config.env, "SUPERVISOR_API_KEY", service_key(app, service).reveal());
  set_both(config.env, "SUPERVISOR_PORT", port);
  set_both(config.env, "SUPERVISOR_HOST", host);
  set_both(config.env, "SUPERVISOR_ADDRESS", "http://" + host + ':' + port);
}

} // namespace

bool is_on(const label_map& labels, std::string_view key) {
  const auto it = labels.find(std::string{key});
  if (it == labels.end())
    return false;
  std::string text = it->second;
  for (char& c : text)
    c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return text == "1" || text == "true" || text == "on";
}

std::vector<device_request> requests_by_label(const label_map& labels) {
  if (!is_on(labels, label::gpu))
    return {};
  device_request gpu;
  gpu.count = 1;
  gpu.capabilities = {{"gpu"}};
  return {std::move(gpu)};
}

bool uses_supervisor_api(const target_service& service) {
  return is_on(service.config.labels, label::supervisor_api);
}

void apply_features(const app_setting& app, target_service& service) {
  auto& config = service.config;
  const auto& device = app.device;
  const auto on = [&config](std::string_view key) { return is_on(config.labels, key); };
  for (const auto& feature : host_binds) {
    if (on(feature.label) && (feature.needs == nullptr || device.*feature.needs))
      config.binds.emplace_back(feature.bind);
  }
  if (on(label::balena_socket))
    mount_socket(device, config);
  if (on(label::balena_api)) {
    set_both(config.env, "API_KEY", device.device_api_key.reveal());
    set_both(config.env, "API_URL", device.api_endpoint);
  }
  if (on(label::supervisor_api))
    reach_supervisor(app, service.name, config);
  if (config.device_requests.empty()) // a composition that asks for them itself knows better
    config.device_requests = requests_by_label(config.labels);
  if (on(label::board_rev)) {
    set_both(config.env, "HOST_OS_BOARD_REV", device.board_rev);
    set_both(config.env, "HOST_OS_BUILD", device.board_rev);
  }
  if (on(label::extra_firmware))
    add_mount(config, "volume", "extra-firmware", "/extra-firmware");
}

} // namespace copal::planning
