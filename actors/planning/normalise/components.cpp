#include "actors/planning/normalise/components.hpp"

#include "actors/planning/identity.hpp"
#include "actors/planning/labels.hpp"
#include "actors/planning/normalise/environment.hpp"

namespace copal::planning {

namespace {

std::map<std::string, std::string> read_options(const node& n) {
  std::map<std::string, std::string> out;
  for (const auto& [name, option] : n.members())
    out[name] = option.scalar_text();
  return out;
}

constexpr refused_field refused_of_networks[] = {
  {"attachable", "every network of one engine is; remove it"},
  {"enable_ipv4", "networks without IPv4 are not supported; remove it"},
  {"external", "networks belong to their app; remove it"},
  {"name", "network names are given by the supervisor; remove it"},
};

constexpr refused_field refused_of_volumes[] = {
  {"external", "volumes belong to their app; remove it"},
  {"name", "volume names are given by the supervisor; remove it"},
};

address_pool read_pool(const node& n) {
  address_pool pool;
  check_members(n, {"aux_addresses", "gateway", "ip_range", "subnet"}, "an address pool");
  if (const auto field = n.get("subnet"))
    pool.subnet = field->text();
  if (const auto field = n.get("gateway"))
    pool.gateway = field->text();
  if (const auto field = n.get("ip_range"))
    pool.ip_range = field->text();
  if (const auto field = n.get("aux_addresses"))
    pool.aux_addresses = read_options(*field);
  if (pool.subnet.empty() || pool.gateway.empty())
    n.warn("an address pool should have both subnet and gateway: the engine chooses the rest");
  return pool;
}

void read_ipam(const node& n, network_config& config) {
  check_members(n, {"config", "driver", "options"}, "ipam");
  if (const auto field = n.get("driver"))
    config.ipam_driver = field->text();
  if (const auto field = n.get("options"))
    config.ipam_options = read_options(*field);
  if (const auto field = n.get("config")) {
    for (const auto& item : field->items())
      config.pools.push_back(read_pool(item));
  }
}

void read_network_fields(const node& n, network_config& config) {
  check_members(n,
    {"config_only", "driver", "driver_opts", "enable_ipv6", "internal", "ipam", "labels"},
    refused_of_networks,
    "a network");
  if (const auto field = n.get("driver"))
    config.driver = field->text();
  if (const auto field = n.get("driver_opts"))
    config.driver_opts = read_options(*field);
  if (const auto field = n.get("ipam"))
    read_ipam(*field, config);
  if (const auto field = n.get("enable_ipv6"))
    config.enable_ipv6 = field->boolean();
  if (const auto field = n.get("internal"))
    config.internal = field->boolean();
  if (const auto field = n.get("config_only"))
    config.config_only = field->boolean();
  if (const auto field = n.get("config_only"); field && config.config_only && config.internal)
    field->reject("internal stands beside it: a network that only keeps settings has nobody inside "
                  "or outside; keep one of the two");
  if (const auto field = n.get("labels"))
    config.labels = read_labels(*field);
}

void set_label(label_map& labels, std::string_view key, std::string text) {
  labels.insert_or_assign(std::string{key}, std::move(text));
}

/// Names the network and says whose it is.
target_network own(const app_setting& app, std::string_view name, network_config config) {
  if (!config.pools.empty())
    set_label(config.labels, label::ipam_config, "true");
  set_label(config.labels, label::supervised, "true");
  set_label(config.labels, label::app_id, to_string(app.id));
  config.labels = modern_labels(std::move(config.labels));
  return {std::string{name}, network_name(app.uuid, name), std::move(config)};
}

} // namespace

target_network read_network(const node& n, const app_setting& app, std::string_view name) {
  network_config config;
  if (!n.is_null())
    read_network_fields(n, config);
  return own(app, name, std::move(config));
}

target_network default_network(const app_setting& app, bool config_only) {
  network_config config;
  config.config_only = config_only;
  return own(app, "default", std::move(config));
}

target_volume read_volume(const node& n, const app_setting& app, std::string_view name) {
  volume_config config;
  if (!n.is_null()) {
    check_members(n, {"driver", "driver_opts", "labels"}, refused_of_volumes, "a volume");
    if (const auto field = n.get("driver"))
      config.driver = field->text();
    if (const auto field = n.get("driver_opts"))
      config.driver_opts = read_options(*field);
    if (const auto field = n.get("labels"))
      config.labels = read_labels(*field);
  }
  set_label(config.labels, label::supervised, "true");
  set_label(config.labels, label::app_uuid, app.uuid.value);
  config.labels = modern_labels(std::move(config.labels));
  return {std::string{name}, volume_name(app.id, name), std::move(config)};
}

} // namespace copal::planning
