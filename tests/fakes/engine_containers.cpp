// The fake engine's containers.

#include "tests/fakes/engine_world.hpp"

#include <algorithm>
#include <utility>

namespace copal::test {

namespace {

constexpr std::int64_t killed_code = 137;
constexpr std::size_t short_id = 12;

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

bool shares_port(const container_config& a, const container_config& b) {
  return std::any_of(a.ports.begin(), a.ports.end(), [&b](const port_binding& x) {
    return x.host_port != 0 && std::any_of(b.ports.begin(), b.ports.end(), [&x](const auto& y) {
      return x.host_port == y.host_port && x.protocol == y.protocol
             && (x.host_ip.empty() || y.host_ip.empty() || x.host_ip == y.host_ip);
    });
  });
}

bool has_check(const container_config& config) {
  const auto& check = config.healthcheck;
  return !check.test.empty() && check.test.front() != "NONE";
}

/// The exit code of a program that does nothing but end: `sh -c "exit 7"`.
std::optional<std::int64_t> ends_at_once(const container_config& config) {
  constexpr std::string_view exit = "exit ";
  if (config.command.size() < 2 || config.command[config.command.size() - 2] != "-c"
      || !config.command.back().starts_with(exit))
    return std::nullopt;
  return std::stoll(config.command.back().substr(exit.size()));
}

} // namespace

result<container*> engine_world::find(const container_id& id) {
  const auto it = containers.find(id);
  if (it == containers.end())
    return fail(errc::not_found, "No such container: " + id.value);
  return &it->second;
}

engine::container_list engine_world::list_containers() const {
  engine::container_list out;
  for (const auto& [id, c] : containers) {
    container_summary item{id, c.name, c.state, c.config.labels, {}, c.health};
    for (const auto& [network, how] : c.config.networks)
      item.networks.insert(network);
    out.items.push_back(std::move(item));
  }
  return out;
}

result<container> engine_world::inspect_container(const container_id& id) const {
  const auto it = containers.find(id);
  if (it == containers.end())
    return fail(errc::not_found, "No such container: " + id.value);
  auto shown = it->second;
  if (forgets_command)
    shown.config.command = {"forgotten"};
  return shown;
}

namespace {

/// As Docker does on a kernel, or with an API, that has not all.
void drop(container_config& config, const engine_features& lacks) {
  for (const auto what : lacks) {
    switch (what) {
      case engine_feature::annotations:
        config.annotations.clear();
        break;
      case engine_feature::start_interval:
        config.healthcheck.start_interval = {};
        break;
      case engine_feature::domainname:
        config.domainname.clear();
        break;
      case engine_feature::gpus:
        config.device_requests.clear();
        break;
      case engine_feature::mem_limit:
        config.memory_bytes = config.memory_reservation_bytes = 0;
        break;
      case engine_feature::memswap_limit:
        config.memory_swap_bytes = -1;
        break;
      case engine_feature::cpu_shares:
        config.cpu_shares = 0;
        break;
      case engine_feature::cpu_quota:
        config.cpu_quota = 0;
        break;
      case engine_feature::cpuset:
        config.cpuset.clear();
        break;
      case engine_feature::pids_limit:
        config.pids_limit = 0;
        break;
      case engine_feature::oom_kill_disable:
        config.oom_kill_disable = false;
        break;
    }
  }
}

} // namespace

result<container_id> engine_world::create_container(
  const std::string& name, container_config config) {
  const auto taken = std::any_of(
    containers.begin(), containers.end(), [&name](const auto& c) { return c.second.name == name; });
  if (taken)
    return fail(errc::conflict, "Conflict. The container name " + name + " is already in use");
  constexpr std::int64_t least_memory = std::int64_t{6} << 20U;
  if (config.memory_bytes > 0 && config.memory_bytes < least_memory)
    return fail(errc::invalid_input, "Minimum memory limit allowed is 6MB");
  if (config.network_mode.starts_with("service:"))
    return fail(errc::invalid_input, "invalid network mode " + config.network_mode);
  if (auto why = mount_obstacle(config); !why.what.empty())
    return fail(std::move(why));
  const auto image = find_image(config.image);
  if (image.empty())
    return fail(errc::not_found, "No such image: " + config.image);
  config.image = image.value;
  add_image_facts(config, images.at(image).facts);
  drop(config, lacks);
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
  c.made_here = true;
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
    return fail(errc::not_found, "No such network: " + call.network);
  auto& c = **found;
  if (c.state == container_state::running && c.config.networks.contains(call.network))
    return engine::done{};
  auto how = call.how;
  how.aliases.push_back(call.container.value.substr(0, short_id));
  c.config.networks[call.network] = std::move(how);
  // One that does not run joins when it starts.
  if (c.state == container_state::running)
    emit_joined("connect", c, call.network);
  return engine::done{};
}

error engine_world::mount_obstacle(const container_config& config) const {
  for (const auto& m : config.mounts) {
    if (m.type == "bind" && has_path && !has_path(m.source))
      return {errc::invalid_input,
        "invalid mount config for type \"bind\": bind source path does not exist: " + m.source};
  }
  return {};
}

error engine_world::start_obstacle(const container& c) {
  if (broken.contains(c.id))
    return {errc::broken, "task " + c.id.value + ": already exists"};
  if (auto why = mount_obstacle(c.config); !why.what.empty())
    return why;
  for (const auto& [network, how] : c.config.networks) {
    const auto there = std::any_of(
      networks.begin(), networks.end(), [n = &network](const auto& x) { return x.name == *n; });
    if (!there)
      return {errc::not_found, "network " + network + " not found"};
  }
  const auto& first = c.config.entrypoint.empty() ? c.config.command : c.config.entrypoint;
  if (!first.empty() && not_programs.contains(first.front()))
    return {errc::invalid_input, "exec: \"" + first.front() + "\": no such file or directory"};
  for (const auto& [id, other] : containers) {
    if (id != c.id && is_up(other) && shares_port(other.config, c.config)) {
      ++port_clashes;
      return {errc::conflict,
        "driver failed programming external connectivity: a port is already allocated"};
    }
  }
  return {};
}

result<engine::done> engine_world::start_container(const container_id& id) {
  auto found = find(id);
  if (!found)
    return fail(found.error());
  auto& c = **found;
  if (c.state == container_state::running || c.state == container_state::restarting)
    return engine::done{};
  if (auto why = start_obstacle(c); !why.what.empty()) {
    c.engine_error = why.what;
    return fail(std::move(why));
  }
  c.restart_count = 0;
  come_up(c);
  if (const auto code = ends_at_once(c.config))
    crash(id, *code);
  return engine::done{};
}

health_state engine_world::set_health(container& c, health_state health) {
  if (c.health == health_state::healthy || health == health_state::healthy)
    last_healthy[c.id] = now();
  if (health == health_state::healthy && c.health != health)
    healthy_since[c.id] = now();
  return std::exchange(c.health, health);
}

void engine_world::come_up(container& c) {
  if (before_start)
    before_start(c);
  c.state = container_state::running;
  c.started = now();
  set_health(c, has_check(c.config) ? health_state::starting : health_state::none);
  c.failed_checks = 0;
  c.engine_error.clear();
  for (const auto& [network, how] : c.config.networks)
    emit_joined("connect", c, network);
  emit("start", c);
}

void engine_world::go_down(container& c, container_state state, std::int64_t code) {
  c.state = state;
  c.exit_code = code;
  c.oom_killed = false;
  c.finished = now();
  if (c.health != health_state::none)
    set_health(c, health_state::unhealthy); // As the engine shows one that has ended.
  emit("die", c, code);
  for (const auto& [network, how] : c.config.networks)
    emit_joined("disconnect", c, network);
}

result<engine::done> engine_world::stop_container(const container_id& id) {
  auto found = find(id);
  if (!found)
    return engine::done{};
  auto& c = **found;
  if (!is_up(c))
    return engine::done{};
  if (before_loss)
    before_loss("stop", id.value);
  // The first process of a container that has no handler for SIGTERM is killed after the grace.
  emit("kill", c, {}, "15");
  emit("kill", c, {}, "9");
  go_down(c, container_state::exited, killed_code);
  emit("stop", c);
  return engine::done{};
}

result<engine::done> engine_world::remove_container(const container_id& id, bool force) {
  auto found = find(id);
  if (!found)
    return engine::done{};
  auto& c = **found;
  const auto up = is_up(c);
  if (up && !force)
    return fail(errc::conflict, "You cannot remove a running container " + id.value);
  if (before_loss)
    before_loss("remove", id.value);
  if (up)
    go_down(c, container_state::exited, killed_code);
  const auto gone = c;
  containers.erase(id);
  removed[id] = {gone, now()};
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

result<engine::done> engine_world::set_restart_policy(
  const container_id& id, const restart_policy& policy) {
  auto found = find(id);
  if (!found)
    return fail(found.error());
  (*found)->config.restart = policy;
  emit("update", **found);
  return engine::done{};
}

void engine_world::kill(const container_id& id) {
  auto found = find(id);
  if (!found || (*found)->state != container_state::running)
    return;
  emit("kill", **found, {}, "9");
  go_down(**found, container_state::exited, killed_code);
}

void engine_world::crash(const container_id& id, std::int64_t code) {
  auto found = find(id);
  if (!found || (*found)->state != container_state::running)
    return;
  auto& c = **found;
  const auto mode = c.config.restart.mode;
  const auto again = mode == restart_mode::always || mode == restart_mode::unless_stopped
                     || (mode == restart_mode::on_failure && code != 0 && !tires_of_restarts);
  go_down(c, again ? container_state::restarting : container_state::exited, code);
}

void engine_world::recover() {
  for (auto& [id, c] : containers) {
    if (c.state != container_state::restarting)
      continue;
    ++c.restart_count;
    come_up(c);
  }
}

void engine_world::check_health(const container_id& id, bool good) {
  auto found = find(id);
  if (!found || (*found)->state != container_state::running || !has_check((*found)->config))
    return;
  auto& c = **found;
  good = good && !never_healthy;
  c.failed_checks = good ? 0 : c.failed_checks + 1;
  const auto health = good ? health_state::healthy : health_state::unhealthy;
  if (set_health(c, health) != health)
    emit("health_status: " + to_string(health), c);
}

void engine_world::starve(const container_id& id) {
  auto found = find(id);
  if (!found || (*found)->state != container_state::running)
    return;
  emit("oom", **found);
  crash(id, killed_code);
  (*found)->oom_killed = true;
}

void engine_world::restart_engine() {
  for (auto& [id, c] : containers) {
    if (c.state != container_state::running && c.state != container_state::restarting)
      continue;
    const auto mode = c.config.restart.mode;
    c.engine_error = mount_obstacle(c.config).what;
    const auto again = (mode == restart_mode::always || mode == restart_mode::unless_stopped)
                       && c.engine_error.empty();
    c.state = again ? container_state::running : container_state::exited;
    c.exit_code = again ? 0 : killed_code;
    if (!again && c.health != health_state::none)
      set_health(c, health_state::unhealthy);
    if (!again)
      continue;
    c.started = now();
    c.restart_count = 0;
    set_health(c, has_check(c.config) ? health_state::starting : health_state::none);
  }
}

} // namespace copal::test
