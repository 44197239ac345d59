#include "adapters/engine/parts.hpp"

#include "adapters/engine/codec.hpp"

namespace copal::engine_wire {

environment env_part(const json_node& shown) {
  environment out;
  for (const auto& x : shown.items()) {
    const auto line = x.text();
    const auto equals = line.find('=');
    if (equals != std::string::npos && equals > 0)
      out.insert_or_assign(line.substr(0, equals), secret{line.substr(equals + 1)});
  }
  return out;
}

health_check health_part(const json_node& shown) {
  using std::chrono::nanoseconds;
  return {shown["Test"].texts(),
    nanoseconds{shown["Interval"].integer()},
    nanoseconds{shown["Timeout"].integer()},
    nanoseconds{shown["StartPeriod"].integer()},
    shown["Retries"].integer(),
    nanoseconds{shown["StartInterval"].integer()}};
}

health_state health_word(std::string_view word) {
  for (const auto x : {health_state::starting, health_state::healthy, health_state::unhealthy}) {
    if (word == to_string(x))
      return x;
  }
  return health_state::none;
}

container_state state_part(std::string_view word, bool running) {
  for (const auto x : {container_state::created,
         container_state::running,
         container_state::paused,
         container_state::restarting,
         container_state::removing,
         container_state::exited,
         container_state::dead}) {
    if (word == to_string(x))
      return x;
  }
  if (word == "configured" || word == "initialized") // podman's
    return container_state::created;
  return running ? container_state::running : container_state::exited;
}

wall_time time_part(const json_node& shown) {
  const auto out = read_time(shown.text());
  if (!out)
    shown.reject("a time (RFC 3339)");
  return out.value_or(wall_time{});
}

std::string plain_name(std::string name) {
  if (name.starts_with('/'))
    name.erase(0, 1);
  return name;
}

network_config network_part(const json_node& shown) {
  const auto ipam = shown["IPAM"];
  network_config out;
  out.driver = shown["Driver"].text();
  out.driver_opts = shown["Options"].text_map();
  if (auto driver = ipam["Driver"].text(); !driver.empty())
    out.ipam_driver = std::move(driver);
  out.ipam_options = ipam["Options"].text_map();
  for (const auto& pool : ipam["Config"].items())
    out.pools.push_back({pool["Subnet"].text(),
      pool["Gateway"].text(),
      pool["IPRange"].text(),
      pool["AuxiliaryAddresses"].text_map()});
  out.enable_ipv6 = shown["EnableIPv6"].boolean();
  out.internal = shown["Internal"].boolean();
  out.config_only = shown["ConfigOnly"].boolean();
  return out;
}

volume_config volume_part(const json_node& shown) {
  return {shown["Driver"].text(), shown["Options"].text_map(), {}};
}

} // namespace copal::engine_wire
