#include "tests/fakes/engine_world.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

namespace copal::test {

namespace {

constexpr std::int64_t killed_code = 137;
constexpr std::size_t short_id = 12;

xp::unexpected<error> no_such(const std::string& kind, const std::string& id) {
  return fail(errc::not_found, "No such " + kind + ": " + id);
}

bool is_supervised_label(const label_map& labels) {
  return labels.contains("io.balena.supervised") || labels.contains("io.resin.supervised");
}

bool joins_no_network(const std::string& mode) {
  return mode == "host" || mode == "none" || mode.starts_with("container:");
}

/// What the engine adds to the configuration it is given, as an inspection shows it.
void add_image_facts(container_config& config, const image_facts& facts) {
  for (const auto& [key, val] : facts.env)
    config.env.emplace(key, val);
  for (const auto& [key, val] : facts.labels)
    config.labels.emplace(key, val);
  config.anonymous_volumes.insert(facts.volumes.begin(), facts.volumes.end());
}

std::string volume_of(const std::string& bind) {
  auto source = bind.substr(0, bind.find(':'));
  return source.starts_with('/') ? std::string{} : source;
}

} // namespace

std::string engine_world::next_id() {
  std::array<char, 65> text{};
  // Spread over all digits, as hashes are.
  const auto mixed = ++last_id_ * 0x9e3779b97f4a7c15U;
  std::snprintf(text.data(),
    text.size(),
    "%016llx%016llx%016llx%016llx",
    static_cast<unsigned long long>(mixed),
    static_cast<unsigned long long>(last_id_),
    0ULL,
    static_cast<unsigned long long>(~mixed));
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

void engine_world::emit(std::string action, const container& c, std::optional<std::int64_t> code) {
  if (!on_event)
    return;
  engine::event e;
  e.kind = engine::object_kind::container;
  e.action = std::move(action);
  e.id = c.id.value;
  e.name = c.name;
  e.supervised = is_supervised_label(c.config.labels);
  e.exit_code = code;
  e.at = now();
  on_event(e);
}

result<container*> engine_world::find(const container_id& id) {
  const auto it = containers.find(id);
  if (it == containers.end())
    return no_such("container", id.value);
  return &it->second;
}

engine_image_id engine_world::find_image(const std::string& name) const {
  if (images.contains(engine_image_id{name}))
    return engine_image_id{name};
  const auto ref = image_reference::parse(name);
  for (const auto& [id, one] : images) {
    if (ref && has_name(one.image, *ref))
      return id;
  }
  return {};
}

engine::container_list engine_world::list_containers() const {
  engine::container_list out;
  for (const auto& [id, c] : containers) {
    container_summary item{id, c.name, c.state, c.config.labels, {}};
    for (const auto& [network, how] : c.config.networks)
      item.networks.insert(network);
    out.items.push_back(std::move(item));
  }
  return out;
}

result<container> engine_world::inspect_container(const container_id& id) const {
  const auto it = containers.find(id);
  if (it == containers.end())
    return no_such("container", id.value);
  auto shown = it->second;
  if (forgets_command)
    shown.config.command = {"forgotten"};
  return shown;
}

engine::image_list engine_world::list_images() const {
  engine::image_list out;
  for (const auto& [id, one] : images)
    out.items.push_back(one.image);
  return out;
}

result<engine::image_details> engine_world::inspect_image(const std::string& name) const {
  const auto id = find_image(name);
  if (id.empty())
    return no_such("image", name);
  const auto& one = images.at(id);
  return engine::image_details{one.image, one.facts};
}

void engine_world::publish(const std::string& name, image_facts facts) {
  world_image one;
  one.image.id = engine_image_id{"sha256:" + next_id()};
  one.facts = std::move(facts);
  registry[name] = std::move(one);
}

result<engine::done> engine_world::pull_image(const std::string& name) {
  const auto it = registry.find(name);
  if (it == registry.end())
    return fail(errc::not_found, "manifest for " + name + " not found");
  const auto ref = image_reference::parse(name);
  if (!images.contains(it->second.image.id))
    fetched.insert(it->second.image.id);
  auto& kept = images[it->second.image.id];
  kept.image.id = it->second.image.id;
  kept.facts = it->second.facts;
  if (ref->digest.empty()) {
    for (auto& [id, other] : images)
      other.image.tags.erase(familiar_name(*ref));
    kept.image.tags.insert(familiar_name(*ref));
  } else {
    kept.image.digests.insert(familiar_name(*ref));
  }
  emit(engine::object_kind::image, "pull", name, name);
  return engine::done{};
}

result<engine::done> engine_world::remove_image(const std::string& name, bool force) {
  const auto id = find_image(name);
  if (id.empty())
    return engine::done{};
  auto& one = images.at(id);
  const auto by_id = id.value == name;
  const auto names = one.image.tags.size() + one.image.digests.size();
  const auto last_name = by_id ? names <= 1 : names == 1;
  if (by_id && names > 1 && !force)
    return fail(errc::conflict, "image is referenced in multiple repositories");
  const auto used = std::any_of(containers.begin(), containers.end(), [&id](const auto& c) {
    return c.second.config.image == id.value;
  });
  if ((last_name || names == 0) && used)
    return fail(errc::conflict, "image is being used by a container");
  if (before_loss)
    before_loss("remove image", name);
  if (by_id || last_name) {
    images.erase(id);
    emit(engine::object_kind::image, "delete", id.value, id.value);
  } else {
    const auto familiar = familiar_name(*image_reference::parse(name));
    one.image.tags.erase(familiar);
    one.image.digests.erase(familiar);
    emit(engine::object_kind::image, "untag", id.value, name);
  }
  return engine::done{};
}

result<container_id> engine_world::create_container(
  const std::string& name, container_config config) {
  const auto taken = std::any_of(
    containers.begin(), containers.end(), [&name](const auto& c) { return c.second.name == name; });
  if (taken)
    return fail(errc::conflict, "Conflict. The container name " + name + " is already in use");
  const auto image = find_image(config.image);
  if (image.empty())
    return no_such("image", config.image);
  config.image = image.value;
  add_image_facts(config, images.at(image).facts);
  container c;
  c.id = container_id{next_id()};
  c.name = name;
  c.created = now();
  const auto mode = config.network_mode;
  std::map<std::string, endpoint> joined;
  if (const auto it = config.networks.find(mode); it != config.networks.end())
    joined.insert(*it);
  config.networks = std::move(joined);
  if (config.hostname.empty() && !joins_no_network(mode))
    config.hostname = c.id.value.substr(0, short_id);
  for (auto& [network, how] : config.networks)
    how.aliases.push_back(c.id.value.substr(0, short_id));
  for (const auto& bind : config.binds) {
    if (const auto volume = volume_of(bind); !volume.empty())
      (void)create_volume(volume, {}); // A bind of an unknown volume makes one, without labels.
  }
  c.config = std::move(config);
  const auto id = c.id;
  emit("create", containers.emplace(id, std::move(c)).first->second);
  return id;
}

result<engine::done> engine_world::connect_network(const engine::connect_network& call) {
  auto found = find(call.container);
  if (!found)
    return fail(found.error());
  const auto network = std::find_if(
    networks.begin(), networks.end(), [&](const auto& n) { return n.name == call.network; });
  if (network == networks.end())
    return no_such("network", call.network);
  auto how = call.how;
  how.aliases.push_back(call.container.value.substr(0, short_id));
  (*found)->config.networks[call.network] = std::move(how);
  engine::event e;
  e.kind = engine::object_kind::network;
  e.action = "connect";
  e.id = network->id.value;
  e.name = call.network;
  e.container = call.container.value;
  e.at = now();
  if (on_event)
    on_event(e);
  return engine::done{};
}

result<engine::done> engine_world::start_container(const container_id& id) {
  auto found = find(id);
  if (!found)
    return fail(found.error());
  auto& c = **found;
  if (c.state == container_state::running || c.state == container_state::restarting)
    return engine::done{};
  for (const auto& [network, how] : c.config.networks) {
    const auto there = std::any_of(
      networks.begin(), networks.end(), [n = &network](const auto& x) { return x.name == *n; });
    if (!there)
      return no_such("network", network);
  }
  c.state = container_state::running;
  c.started = now();
  c.engine_error.clear();
  emit("start", c);
  return engine::done{};
}

void engine_world::put_down(container& c, std::int64_t code) {
  c.state = container_state::exited;
  c.exit_code = code;
  c.finished = now();
  emit("die", c, code);
}

result<engine::done> engine_world::stop_container(const container_id& id) {
  auto found = find(id);
  if (!found)
    return engine::done{};
  auto& c = **found;
  if (c.state != container_state::running && c.state != container_state::restarting
      && c.state != container_state::paused)
    return engine::done{};
  if (before_loss)
    before_loss("stop", id.value);
  emit("kill", c);
  put_down(c, 0);
  emit("stop", c);
  return engine::done{};
}

result<engine::done> engine_world::remove_container(const container_id& id, bool force) {
  auto found = find(id);
  if (!found)
    return engine::done{};
  auto& c = **found;
  const auto up = c.state == container_state::running || c.state == container_state::restarting
                  || c.state == container_state::paused;
  if (up && !force)
    return fail(errc::conflict, "You cannot remove a running container " + id.value);
  if (before_loss)
    before_loss("remove", id.value);
  if (up)
    put_down(c, killed_code);
  const auto gone = c;
  containers.erase(id);
  emit("destroy", gone);
  return engine::done{};
}

result<engine::done> engine_world::rename_container(
  const container_id& id, const std::string& name) {
  auto found = find(id);
  if (!found)
    return fail(found.error());
  for (const auto& [other, c] : containers) {
    if (c.name == name && other != id)
      return fail(errc::conflict, "the name " + name + " is already in use");
  }
  (*found)->name = name;
  emit("rename", **found);
  return engine::done{};
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
    if (v.config.driver != config.driver)
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

void engine_world::kill(const container_id& id) {
  auto found = find(id);
  if (!found || (*found)->state != container_state::running)
    return;
  emit("kill", **found);
  put_down(**found, killed_code);
}

void engine_world::crash(const container_id& id, std::int64_t code) {
  auto found = find(id);
  if (!found || (*found)->state != container_state::running)
    return;
  auto& c = **found;
  const auto mode = c.config.restart.mode;
  const auto again = mode == restart_mode::always || mode == restart_mode::unless_stopped
                     || (mode == restart_mode::on_failure && code != 0);
  c.state = again ? container_state::restarting : container_state::exited;
  c.exit_code = code;
  c.finished = now();
  emit("die", c, code);
}

void engine_world::recover() {
  for (auto& [id, c] : containers) {
    if (c.state != container_state::restarting)
      continue;
    c.state = container_state::running;
    c.started = now();
    emit("start", c);
  }
}

void engine_world::restart_engine() {
  for (auto& [id, c] : containers) {
    if (c.state != container_state::running && c.state != container_state::restarting)
      continue;
    const auto mode = c.config.restart.mode;
    const auto again = mode == restart_mode::always || mode == restart_mode::unless_stopped;
    c.state = again ? container_state::running : container_state::exited;
    c.exit_code = again ? 0 : killed_code;
    if (again)
      c.started = now();
  }
}

void engine_world::disconnect(const container_id& id, const std::string& network) {
  auto found = find(id);
  if (!found || (*found)->config.networks.erase(network) == 0)
    return;
  engine::event e;
  e.kind = engine::object_kind::network;
  e.action = "disconnect";
  e.name = network;
  e.container = id.value;
  e.at = now();
  for (const auto& n : networks) {
    if (n.name == network)
      e.id = n.id.value;
  }
  if (on_event)
    on_event(e);
}

} // namespace copal::test
