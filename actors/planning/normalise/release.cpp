#include "actors/planning/normalise/release.hpp"

#include "actors/planning/normalise/components.hpp"
#include "actors/planning/normalise/dependencies.hpp"
#include "actors/planning/normalise/mount_conflicts.hpp"
#include "actors/planning/normalise/port_conflicts.hpp"
#include "actors/planning/normalise/service_networks.hpp"

#include <algorithm>
#include <set>

namespace copal::planning {

namespace {

constexpr std::size_t longest_name = 255;

bool is_alphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool is_name_character(char c) {
  return is_alphanumeric(c) || c == '_' || c == '.' || c == '-';
}

template <class Component>
void sort_by_name(std::vector<Component>& components) {
  std::sort(components.begin(), components.end(), [](const auto& a, const auto& b) {
    return a.name < b.name;
  });
}

void check_networks(const read_service& s, const std::set<std::string>& known) {
  for (const auto& [name, endpoint] : s.service.config.networks) {
    if (name != supervisor_network && known.count(name) == 0)
      s.place.reject("it joins the network " + name.substr(name.find('_') + 1)
                     + ", which the release does not have; add it under networks");
  }
}

/// Volumes in use but not described: the engine makes them when the container is created.
void check_volumes(const read_service& s, const std::set<std::string>& known) {
  const auto check = [&s, &known](const std::string& engine_name) {
    if (engine_name.empty() || engine_name[0] == '/' || engine_name == "extra-firmware"
        || known.count(engine_name) != 0)
      return;
    const auto name = engine_name.substr(engine_name.find('_') + 1);
    const auto what = "it uses the volume " + name + ", which is not described under volumes";
    if (s.place.strict())
      s.place.reject(what + "; add it there");
    else
      s.place.warn(what + ": the engine makes it");
  };
  for (const auto& bind : s.service.config.binds)
    check(bind.substr(0, bind.find(':')));
  for (const auto& m : s.service.config.mounts)
    check(m.source);
}

void add_default_network(
  const app_setting& app, const std::vector<read_service>& services, target_release& out) {
  const bool there = std::any_of(
    out.networks.begin(), out.networks.end(), [](const auto& n) { return n.name == "default"; });
  const bool all_on_host = std::all_of(services.begin(), services.end(), [](const auto& s) {
    return s.service.config.network_mode == "host";
  });
  if (!there)
    out.networks.push_back(default_network(app, all_on_host));
}

} // namespace

bool is_docker_name(const node& n, const std::string& name) {
  const bool good = !name.empty() && name.size() <= longest_name && is_alphanumeric(name[0])
                    && std::all_of(name.begin(), name.end(), is_name_character);
  if (!good)
    n.reject("the name is not made of letters, digits, '_', '.' and '-' with a letter or digit "
             "first; rename it");
  return good;
}

void read_components(const node& release, const app_setting& app, target_release& out) {
  if (const auto networks = release.get("networks")) {
    for (const auto& [name, network] : networks->members()) {
      if (is_docker_name(network, name))
        out.networks.push_back(read_network(network, app, name));
    }
  }
  if (const auto volumes = release.get("volumes")) {
    for (const auto& [name, volume] : volumes->members()) {
      if (is_docker_name(volume, name))
        out.volumes.push_back(read_volume(volume, app, name));
    }
  }
}

void assemble(const app_setting& app, std::vector<read_service> services, target_release& out) {
  add_default_network(app, services, out);
  sort_by_name(out.networks);
  sort_by_name(out.volumes);
  std::set<std::string> networks;
  std::set<std::string> volumes;
  for (const auto& n : out.networks)
    networks.insert(n.engine_name);
  for (const auto& v : out.volumes)
    volumes.insert(v.engine_name);
  for (auto& s : services) {
    check_networks(s, networks);
    check_volumes(s, volumes);
    check_mount_conflicts(s);
  }
  check_dependencies(services);
  check_port_conflicts(services);
  for (auto& s : services)
    out.services.push_back(std::move(s.service));
  sort_by_name(out.services);
}

} // namespace copal::planning
