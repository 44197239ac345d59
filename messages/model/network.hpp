#pragma once

#include "messages/model/image.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace copal {

/// An address range of a network.
struct address_pool {
  std::string subnet;
  std::string gateway;
  std::string ip_range;
  std::map<std::string, std::string> aux_addresses; ///< Host name to address kept free.

  auto operator<=>(const address_pool&) const = default;
};

/// A network in normal form, as sent to and read from the engine.
/// Defaults: spec/state-engine.md §3.
struct network_config {
  std::string driver = "bridge";
  std::map<std::string, std::string> driver_opts;
  std::string ipam_driver = "default";
  std::map<std::string, std::string> ipam_options;
  std::vector<address_pool> pools;
  bool enable_ipv6 = false;
  bool internal = false;
  bool config_only = false;
  label_map labels; ///< The user's and the identity labels.

  bool operator==(const network_config&) const = default;
};

/// A network of a target app.
struct target_network {
  std::string name;        ///< As the composition says: `default`, `front`.
  std::string engine_name; ///< `<app uuid>_<name>`.
  network_config config;

  bool operator==(const target_network&) const = default;
};

/// A network the engine has, whoever made it.
struct engine_network {
  network_engine_id id;
  std::string name;
  network_config config;

  bool operator==(const engine_network&) const = default;
};

/// A volume in normal form.
struct volume_config {
  std::string driver = "local";
  std::map<std::string, std::string> driver_opts;
  label_map labels;

  bool operator==(const volume_config&) const = default;
};

struct target_volume {
  std::string name;        ///< As the composition says.
  std::string engine_name; ///< `<app id>_<name>`.
  volume_config config;

  bool operator==(const target_volume&) const = default;
};

/// A volume the engine has, whoever made it; its engine name is its identity.
struct engine_volume {
  std::string name;
  volume_config config;

  bool operator==(const engine_volume&) const = default;
};

template <class I>
typename I::result_type inspect(I& f, address_pool& x) {
  return f(x.subnet, x.gateway, x.ip_range, x.aux_addresses);
}

template <class I>
typename I::result_type inspect(I& f, network_config& x) {
  return f(x.driver,
    x.driver_opts,
    x.ipam_driver,
    x.ipam_options,
    x.pools,
    x.enable_ipv6,
    x.internal,
    x.config_only,
    x.labels);
}

template <class I>
typename I::result_type inspect(I& f, target_network& x) {
  return f(x.name, x.engine_name, x.config);
}

template <class I>
typename I::result_type inspect(I& f, engine_network& x) {
  return f(x.id, x.name, x.config);
}

template <class I>
typename I::result_type inspect(I& f, volume_config& x) {
  return f(x.driver, x.driver_opts, x.labels);
}

template <class I>
typename I::result_type inspect(I& f, target_volume& x) {
  return f(x.name, x.engine_name, x.config);
}

template <class I>
typename I::result_type inspect(I& f, engine_volume& x) {
  return f(x.name, x.config);
}

} // namespace copal
