#include "tests/fakes/engine_world.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

namespace copal::test {

std::string volume_of(const std::string& bind) {
  auto source = bind.substr(0, bind.find(':'));
  return source.starts_with('/') ? std::string{} : source;
}

std::string engine_world::next_id() {
  std::array<char, 65> text{};
  // Spread over all digits, as hashes are.
  const unsigned long long number = ++last_id_;
  const auto mixed = number * 0x9e3779b97f4a7c15ULL;
  std::snprintf(
    text.data(), text.size(), "%016llx%016llx%016llx%016llx", mixed, number, 0ULL, ~mixed);
  return text.data();
}

void engine_world::emit(
  engine::object_kind kind, std::string action, const std::string& id, std::string name) {
  if (!on_event)
    return;
  engine::event e;
  e.kind = kind;
  e.action = std::move(action);
  e.id = id;
  e.name = std::move(name);
  e.at = now();
  on_event(e);
}

void engine_world::emit(
  std::string action, const container& c, std::optional<std::int64_t> code, std::string signal) {
  if (!on_event)
    return;
  engine::event e;
  e.kind = engine::object_kind::container;
  e.action = std::move(action);
  e.id = c.id.value;
  e.name = c.name;
  e.supervised = c.config.labels.contains("io.balena.supervised")
                 || c.config.labels.contains("io.resin.supervised");
  e.exit_code = code;
  e.signal = std::move(signal);
  e.at = now();
  on_event(e);
}

result<engine::done> engine_world::create_network(
  const std::string& name, const network_config& config) {
  const auto there = std::any_of(
    networks.begin(), networks.end(), [&name](const auto& n) { return n.name == name; });
  if (there)
    return fail(errc::conflict, "network with name " + name + " already exists");
  networks.push_back({network_engine_id{next_id()}, name, config});
  emit(engine::object_kind::network, "create", networks.back().id.value, name);
  return engine::done{};
}

result<engine::done> engine_world::remove_network(const network_engine_id& id) {
  const auto it =
    std::find_if(networks.begin(), networks.end(), [&id](const auto& n) { return n.id == id; });
  if (it == networks.end())
    return engine::done{};
  // Only running containers hold an endpoint.
  for (const auto& [other, c] : containers) {
    if (c.state == container_state::running && c.config.networks.contains(it->name))
      return fail(errc::conflict, "network " + it->name + " has active endpoints");
  }
  if (before_loss)
    before_loss("remove network", it->name);
  const auto gone = *it;
  networks.erase(it);
  emit(engine::object_kind::network, "destroy", gone.id.value, gone.name);
  return engine::done{};
}

result<engine::done> engine_world::create_volume(
  const std::string& name, const volume_config& config) {
  for (const auto& v : volumes) {
    if (v.name != name)
      continue;
    if (v.config != config)
      return fail(errc::conflict, "A volume named " + name + " already exists");
    return engine::done{};
  }
  volumes.push_back({name, config});
  emit(engine::object_kind::volume, "create", name, name);
  return engine::done{};
}

result<engine::done> engine_world::remove_volume(const std::string& name) {
  const auto it =
    std::find_if(volumes.begin(), volumes.end(), [&name](const auto& v) { return v.name == name; });
  if (it == volumes.end())
    return engine::done{};
  for (const auto& [id, c] : containers) {
    for (const auto& bind : c.config.binds) {
      if (volume_of(bind) == name)
        return fail(errc::conflict, "volume " + name + " is in use");
    }
  }
  if (before_loss)
    before_loss("remove volume", name);
  volumes.erase(it);
  emit(engine::object_kind::volume, "destroy", name, name);
  return engine::done{};
}

void engine_world::emit_joined(std::string action, const container& c, const std::string& network) {
  if (!on_event)
    return;
  engine::event e;
  e.kind = engine::object_kind::network;
  e.action = std::move(action);
  e.name = network;
  e.container = c.id.value;
  e.at = now();
  for (const auto& n : networks) {
    if (n.name == network)
      e.id = n.id.value;
  }
  on_event(e);
}

void engine_world::disconnect(const container_id& id, const std::string& network) {
  auto found = find(id);
  if (found && (*found)->config.networks.erase(network) > 0)
    emit_joined("disconnect", **found, network);
}

} // namespace copal::test
