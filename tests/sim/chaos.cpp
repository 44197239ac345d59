#include "tests/sim/chaos.hpp"

#include "actors/planning/identity.hpp"

#include <algorithm>
#include <array>

namespace copal::test {

namespace {

/// One of our containers; an empty id when there is none.
container_id draw_container(simulated_device& device) {
  std::vector<container_id> ours;
  for (const auto& [id, c] : device.world->containers) {
    if (planning::is_supervised(c.config.labels))
      ours.push_back(id);
  }
  return ours.empty() ? container_id{} : device.system.random().pick(ours);
}

void kill_child(simulated_device& device) {
  constexpr std::array<const char*, 9> names{
    "conductor", "containers", "images", "keys", "api", "engine", "store", "host", "registry"};
  const auto* name = names[device.system.random().below(names.size())];
  ++device.faults->counts[std::string{"crash of "} + name];
  // Between an effect and its record, as often as not: in the middle of what it is doing.
  device.system.kill_before(name, 1 + device.system.random().below(30));
}

/// Somebody fills the disk that the engine keeps images on, and later lets go of it.
void fill_disk(simulated_device& device) {
  ++device.faults->counts["full disk"];
  const auto before = std::exchange(device.files->free_bytes, 0);
  device.system.run_for(std::chrono::seconds{device.system.random().between(1, 90)});
  device.files->free_bytes = before;
}

void lock_or_unlock(simulated_device& device) {
  auto& locks = device.files->locks;
  if (!locks.empty()) {
    if (device.system.random().percent(50))
      device.files->drop_locks();
    else // a host that cannot watch
      locks.clear();
    return;
  }
  ++device.faults->counts["user lock"];
  constexpr std::array<const char*, 2> services{"web", "db"};
  user_lock lock;
  lock.app = app_id{1};
  lock.service = service_name{services[device.system.random().below(services.size())]};
  lock.path = "/locks/1/" + lock.service.value + "/updates.lock";
  lock.since = device.world->now();
  device.files->put_lock(std::move(lock));
}

} // namespace

void hurt_container(simulated_device& device) {
  const auto id = draw_container(device);
  if (id.empty())
    return;
  auto& world = *device.world;
  auto& counts = device.faults->counts;
  // What somebody else does is not held against us.
  const auto watch = std::exchange(world.before_loss, nullptr);
  if (const auto& c = world.containers.at(id);
      const auto who = planning::identify(c.name, c.config.labels))
    device.hurt[{who->app, who->name}] = world.now();
  const auto was_up = world.containers.at(id).state == container_state::running;
  switch (device.system.random().below(8)) {
    case 0:
      ++counts["container killed"];
      world.kill(id);
      break;
    case 1:
      ++counts["container stopped"];
      (void)world.stop_container(id);
      break;
    case 2:
      ++counts["container removed"];
      (void)world.remove_container(id, true);
      break;
    case 3: {
      ++counts["container disconnected"];
      const auto networks = world.containers.at(id).config.networks;
      if (!networks.empty())
        world.disconnect(id, networks.begin()->first);
      break;
    }
    case 4:
      ++counts["container unhealthy"];
      world.check_health(id, false);
      break;
    case 5:
      ++counts["container starved"];
      world.starve(id);
      break;
    case 6:
      ++counts["container broken"];
      world.kill(id);
      world.broken.insert(id);
      break;
    default:
      ++counts["container crashed"];
      world.crash(id, device.system.random().between(0, 3));
      break;
  }
  world.before_loss = watch;
  const auto it = world.containers.find(id);
  if (was_up && it != world.containers.end() && it->second.state != container_state::running)
    device.note_disturbed(id);
}

namespace {

/// Somebody else removes one of our networks or volumes that nothing uses at the moment.
void lose_part(simulated_device& device) {
  auto& world = *device.world;
  auto& random = device.system.random();
  const auto watch = std::exchange(world.before_loss, nullptr);
  std::vector<std::string> volumes;
  for (const auto& v : world.volumes) {
    if (planning::is_supervised(v.config.labels))
      volumes.push_back(v.name);
  }
  std::vector<network_engine_id> networks;
  for (const auto& n : world.networks) {
    if (planning::is_supervised(n.config.labels))
      networks.push_back(n.id);
  }
  if (!volumes.empty() && random.percent(50)) {
    if (world.remove_volume(random.pick(volumes)))
      ++device.faults->counts["volume removed"];
  } else if (!networks.empty() && world.remove_network(random.pick(networks))) {
    ++device.faults->counts["network removed"];
  }
  world.before_loss = watch;
}

/// A tag of the registry is given to another image; somebody may fetch that, too.
void move_tag(simulated_device& device) {
  auto& world = *device.world;
  auto& random = device.system.random();
  std::vector<std::string> tags;
  for (const auto& [name, one] : world.registry) {
    if (name.find('@') == std::string::npos)
      tags.push_back(name);
  }
  if (tags.empty())
    return;
  const auto name = random.pick(tags);
  ++device.faults->counts["tag moved"];
  auto facts = world.registry.at(name).facts;
  facts.labels["build"] = std::to_string(random.below(1'000'000));
  world.publish(name, std::move(facts));
  if (!random.percent(50))
    return;
  ++device.faults->counts["moved tag fetched"];
  // One of ours whose id is not on the disk yet cannot be known again without its name.
  for (const auto& [id, one] : world.images) {
    const auto& rows = device.disk->rows;
    const auto recorded = std::any_of(rows.begin(), rows.end(), [&, id = &id](const image_row& r) {
      return r.engine_id == *id && r.name == name;
    });
    if (one.image.tags.contains(name) && !recorded)
      world.fetched.erase(id);
  }
  (void)world.pull_image(name);
  world.fetched.erase(world.registry.at(name).image.id);
}

} // namespace

strangers strangers::move_into(engine_world& world) {
  image_facts facts;
  facts.labels["stranger"] = "yes";
  world.publish("strange/thing:1", facts);
  (void)world.pull_image("strange/thing:1");
  facts.labels["stranger"] = "dangling";
  world.publish("strange/dangling:1", facts);
  (void)world.pull_image("strange/dangling:1");
  for (auto& [id, one] : world.images) {
    if (one.facts.labels["stranger"] == "dangling") {
      one.image.tags.clear();
      one.image.digests.clear();
    }
  }
  world.registry.erase("strange/thing:1");
  world.registry.erase("strange/dangling:1");
  (void)world.create_network("web2_net", {});
  (void)world.create_volume("web2_db", {});
  (void)world.create_volume("1_looks_like_ours", {});
  container_config config;
  config.image = "strange/thing:1";
  config.network_mode = "web2_net";
  config.networks["web2_net"] = {};
  config.binds = {"web2_db:/db"};
  for (const auto* name : {"web2", "main_1_2_abc"}) {
    if (const auto id = world.create_container(name, config))
      (void)world.start_container(*id);
  }
  strangers out;
  out.containers = world.containers;
  out.networks = world.networks;
  out.volumes = world.volumes;
  for (const auto& [id, one] : world.images)
    out.images[id] = one.image;
  world.fetched.clear();
  return out;
}

std::vector<std::string> strangers::harmed(const engine_world& world) const {
  std::vector<std::string> found;
  for (const auto& [id, c] : containers) {
    const auto it = world.containers.find(id);
    if (it == world.containers.end() || it->second.config != c.config || it->second.name != c.name)
      found.push_back("container " + c.name + " is not as it was");
  }
  for (const auto& n : networks) {
    if (std::find(world.networks.begin(), world.networks.end(), n) == world.networks.end())
      found.push_back("network " + n.name + " is not as it was");
  }
  for (const auto& v : volumes) {
    if (std::find(world.volumes.begin(), world.volumes.end(), v) == world.volumes.end())
      found.push_back("volume " + v.name + " is not as it was");
  }
  for (const auto& [id, image] : images) {
    const auto it = world.images.find(id);
    if (it == world.images.end() || it->second.image != image)
      found.push_back("image " + id.value + " is not as it was");
  }
  return found;
}

fault_rates draw_rates(random_source& random) {
  fault_rates rates;
  const auto draw = [&random](unsigned most) {
    return random.percent(40) ? static_cast<unsigned>(random.below(most)) : 0U;
  };
  rates.fails = draw(15);
  rates.fails_after = draw(15);
  rates.unanswered = draw(6);
  rates.slow = draw(20);
  rates.event_twice = draw(40);
  rates.event_late = draw(40);
  return rates;
}

void disturb(simulated_device& device) {
  auto& counts = device.faults->counts;
  switch (device.system.random().below(11)) {
    case 0:
    case 1:
      return kill_child(device);
    case 2:
      ++counts["power cut"];
      device.power_cut();
      return device.start();
    case 3:
      ++counts["engine outage"];
      return device.engine_outage(std::chrono::seconds{device.system.random().between(1, 90)});
    case 4:
      ++counts["event stream cut"];
      return device.world->end_stream();
    case 5:
    case 6:
      return hurt_container(device);
    case 7:
      return lose_part(device);
    case 8:
      return move_tag(device);
    case 9:
      return fill_disk(device);
    default:
      return lock_or_unlock(device);
  }
}

void run_a_while(simulated_device& device, std::chrono::minutes longest) {
  auto& random = device.system.random();
  const auto end = random.percent(70) ? std::chrono::seconds{20} : longest;
  device.system.run_for(random.between(std::chrono::milliseconds{1}, end));
}

void live_through(simulated_device& device, std::int64_t troubles) {
  for (; troubles > 0; --troubles) {
    run_a_while(device, std::chrono::minutes{10});
    disturb(device);
    if (device.system.random().percent(40))
      (void)device.where();
  }
}

void end_troubles(simulated_device& device) {
  device.faults->rates = {};
  device.files->locks.clear();
  device.system.spare_all();
  device.world->recover();
  device.system.run_for(std::chrono::seconds{30});
}

} // namespace copal::test
