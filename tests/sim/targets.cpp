#include "tests/sim/targets.hpp"

#include <array>
#include <set>

namespace copal::test {

namespace {

constexpr std::array<const char*, 7> images{
  "registry.sim/app0:1",
  "registry.sim/app1:1",
  "registry.sim/app1:2",
  "registry.sim/app2:1",
  "registry.sim/app3:1",
  "registry.sim/app4:1",
  "registry.sim/app5@sha256:5555555555555555555555555555555555555555555555555555555555555555",
};

std::string commit_of(std::int64_t n) {
  std::string commit(32, 'c');
  commit.replace(0, 4, std::to_string(1000 + n));
  return commit;
}

value draw_environment(random_source& random) {
  auto env = value::map({});
  if (random.percent(60))
    env.set("MODE", random.percent(50) ? "fast" : "slow");
  if (random.percent(30))
    env.set("LEVEL", std::to_string(random.between(1, 3)));
  return env;
}

value draw_labels(random_source& random) {
  auto labels = value::map({});
  if (random.percent(15))
    labels.set("io.balena.update.strategy", "kill-then-download");
  else if (random.percent(10))
    labels.set("io.balena.update.strategy", "delete-then-download");
  else if (random.percent(25))
    labels.set("io.balena.update.strategy", "hand-over");
  if (random.percent(10))
    labels.set("io.balena.update.handover-timeout", std::to_string(random.between(1, 90'000)));
  if (random.percent(15))
    labels.set("io.balena.features.supervisor-api", "1");
  if (random.percent(30))
    labels.set("io.balena.features.optional", "1");
  if (random.percent(8))
    labels.set("io.balena.features.extra-firmware", "1");
  return labels;
}

value draw_networks(random_source& random) {
  value::list_type names;
  for (const auto* name : {"front", "back"}) {
    if (random.percent(50))
      names.emplace_back(name);
  }
  return {names};
}

constexpr std::int64_t most_services = 4;

/// Ports of the machine for each service of a release: two that ask for the same could never both
/// run. From release to release they move by `shift` from service to service.
value ports_of(std::int64_t id, std::int64_t shift) {
  const auto place = id / 10 * 10 + (id + shift) % most_services;
  const auto one = std::to_string(8000 + place);
  const auto first = std::to_string(9000 + 2 * place);
  const auto last = std::to_string(9001 + 2 * place);
  return value::list({one + ":80", first + '-' + last + ":90-91/udp"});
}

value draw_composition(random_source& random, std::int64_t id, std::int64_t shift) {
  auto c = value::map({});
  if (random.percent(40))
    c.set("command", random.percent(50) ? "serve --all" : "serve --one");
  if (random.percent(40))
    c.set("networks", draw_networks(random));
  if (random.percent(30))
    c.set("volumes", value::list({random.percent(50) ? "data:/data" : "cache:/cache:ro"}));
  if (random.percent(30))
    c.set("ports", ports_of(id, shift));
  if (random.percent(40)) {
    constexpr std::array<const char*, 4> policies{"no", "always", "on-failure", "unless-stopped"};
    c.set("restart", policies[random.below(policies.size())]);
  }
  if (random.percent(30))
    c.set("healthcheck", value::map({{"test", "check"}}));
  if (random.percent(15)) { // A job: it ends as soon as it was started.
    c.set("command", value::list({"sh", "-c", "exit 0"}));
    c.set("restart", "no");
  }
  return c;
}

bool is_job(const value& composition) {
  const auto* command = composition.find("command");
  return command != nullptr && command->as_list() != nullptr;
}

/// Whatever somebody else does to it, it is up again soon.
bool is_always_up(const value& composition) {
  const auto* policy = composition.find("restart");
  return !is_job(composition) && (policy == nullptr || *policy == value{"always"});
}

/// What a service waits for, in a way that can come true.
value draw_dependency(random_source& random, const std::string& on, const value& composition) {
  if (random.percent(40))
    return value::list({on});
  auto how = value::map({});
  if (is_job(composition) && random.percent(80))
    how.set("condition", "service_completed_successfully");
  else if (is_always_up(composition) && composition.find("healthcheck") != nullptr)
    how.set("condition", "service_healthy");
  if (random.percent(20))
    how.set("required", false);
  if (random.percent(25))
    how.set("restart", true);
  return value::map({{on, how}});
}

/// What a service asks of the device, which often enough does not have it.
value draw_contract(random_source& random) {
  const auto wanted =
    value::map({{"type", "sw.supervisor"}, {"version", random.percent(50) ? "^1.2" : ">=99"}});
  return value::map({{"type", "sw.container"}, {"requires", value::list({wanted})}});
}

value draw_service(random_source& random, std::int64_t id, std::int64_t shift) {
  auto service = value::map({
    {"id", id},
    {"image_id", 100 + id},
    {"image", images[random.below(images.size())]},
    {"environment", draw_environment(random)},
    {"labels", draw_labels(random)},
    {"composition", draw_composition(random, id, shift)},
  });
  if (random.percent(8))
    service.set("running", false);
  if (random.percent(15))
    service.set("contract", draw_contract(random));
  return service;
}

value* member(value* map, std::string_view key) {
  auto* members = map == nullptr ? nullptr : map->as_map();
  if (members == nullptr)
    return nullptr;
  for (auto& m : *members) {
    if (m.key == key)
      return &m.val;
  }
  return nullptr;
}

value draw_release(random_source& random, std::int64_t app) {
  auto services = value::map({});
  std::vector<std::string> before;
  std::int64_t id = app * 10;
  const auto shift = random.between(0, most_services - 1);
  for (const auto* name : {"web", "db", "cache", "agent"}) {
    ++id;
    if (!random.percent(60))
      continue;
    auto service = draw_service(random, id, shift);
    if (!before.empty() && random.percent(50)) {
      const auto& on = random.pick(before);
      const auto& other = *services.find(on)->find("composition");
      member(&service, "composition")->set("depends_on", draw_dependency(random, on, other));
    }
    services.set(name, service);
    before.emplace_back(name);
  }
  auto networks = value::map({{"front", value::map({})}, {"back", value::map({})}});
  if (random.percent(20))
    networks.set("front", value::map({{"internal", true}}));
  auto volumes = value::map({{"data", value::map({})}, {"cache", value::map({})}});
  if (random.percent(10))
    volumes.set("cache", value::map({{"labels", value::map({{"kind", "other"}})}}));
  return value::map({
    {"id", 1000 + random.between(1, 5)},
    {"services", services},
    {"networks", networks},
    {"volumes", volumes},
  });
}

std::string uuid_of(std::int64_t app) {
  std::string uuid(32, 'f');
  uuid.back() = static_cast<char>('0' + app);
  return uuid;
}

constexpr const char* device_id = "aaaaaaaabbbbbbbbccccccccdddddddd";

value device_of(value apps) {
  return value::map({{device_id,
    value::map({{"name", "sim"}, {"config", value::map({})}, {"apps", std::move(apps)}})}});
}

} // namespace

value with_config(value target, const std::string& name, const std::string& text) {
  auto part = *target.find(device_id);
  auto config = *part.find("config");
  config.set(name, text);
  part.set("config", std::move(config));
  target.set(device_id, std::move(part));
  return target;
}

namespace {

/// The same image by its digest, in its repository and in another one that has the same. What
/// becomes of the tag says nothing of them.
void publish_digests(engine_world& world, const std::string& name) {
  auto one = world.registry.at(name);
  const auto known = one.image.digests.empty() ? name : *one.image.digests.begin();
  const auto at = known.find('@');
  one.image.digests.clear();
  world.registry.try_emplace(known, one);
  world.registry.try_emplace(known.substr(0, at) + "-twin" + known.substr(at), one);
}

} // namespace

void publish_images(engine_world& world) {
  for (const auto* name : images) {
    image_facts facts;
    facts.env["PATH"] = secret{"/bin"};
    facts.command = {"run", name};
    facts.layers = {"sha256:base", std::string{"sha256:of "} + name};
    if (std::string{name}.find("app2") != std::string::npos)
      facts.volumes.insert("/var/scratch");
    world.publish(name, std::move(facts));
    publish_digests(world, name);
  }
}

value draw_target(random_source& random) {
  auto apps = value::map({});
  for (std::int64_t app = 1; app <= 2; ++app) {
    if (!random.percent(app == 1 ? 90 : 30))
      continue;
    auto releases = value::map({});
    if (random.percent(95))
      releases.set(commit_of(random.between(1, 50)), draw_release(random, app));
    apps.set(uuid_of(app), value::map({{"id", app}, {"name", "app"}, {"releases", releases}}));
  }
  return device_of(std::move(apps));
}

namespace {

/// The value of a map's first member; null when there is none.
value* first_member(value* map) {
  auto* members = map == nullptr ? nullptr : map->as_map();
  return members == nullptr || members->empty() ? nullptr : &members->front().val;
}

/// Drawn anew, but for what the others of the release rely on: its ports, that it ends or is kept
/// up, and that it has a health check.
value redraw_web(random_source& random, const value* before) {
  auto web = draw_service(random, 11, 0);
  auto& drawn = *member(&web, "composition");
  const auto* was = before == nullptr ? nullptr : before->find("composition");
  for (const auto* field : {"ports", "healthcheck", "restart"}) {
    std::erase_if(*drawn.as_map(), [field](const auto& m) { return m.key == field; });
    if (const auto* old = was == nullptr ? nullptr : was->find(field); old != nullptr)
      drawn.set(field, *old);
  }
  if (const auto job = was != nullptr && is_job(*was); job != is_job(drawn)) {
    drawn.set("command", job ? value::list({"sh", "-c", "exit 0"}) : value{"serve --all"});
    drawn.set("restart", job ? "no" : "always");
  }
  return web;
}

} // namespace

value draw_next_target(random_source& random, const value& before) {
  if (random.percent(20))
    return draw_target(random);
  auto next = before;
  if (random.percent(50))
    return next;
  auto* apps = member(first_member(&next), "apps");
  auto* releases = member(first_member(apps), "releases");
  auto* services = member(first_member(releases), "services");
  if (services == nullptr)
    return draw_target(random);
  releases->as_map()->front().key = commit_of(random.between(1, 50));
  if (auto* all = services->as_map(); !all->empty() && random.percent(30))
    all->pop_back();
  else
    services->set("web", redraw_web(random, services->find("web")));
  return next;
}

namespace {

/// The names under which the registry has that image now.
std::vector<std::string> names_of(const engine_world& world, const std::string& name) {
  std::vector<std::string> out;
  const auto it = world.registry.find(name);
  if (it == world.registry.end())
    return {name};
  for (const auto& [other, one] : world.registry) {
    if (one.image.id == it->second.image.id)
      out.push_back(other);
  }
  return out;
}

template <class Change>
void change_services(value& target, Change change) {
  auto* apps = member(first_member(&target), "apps");
  for (auto& app : *apps->as_map()) {
    for (auto& release : *member(&app.val, "releases")->as_map()) {
      for (auto& service : *member(&release.val, "services")->as_map())
        change(service.val);
    }
  }
}

} // namespace

value respelled(random_source& random, value target, const engine_world& world) {
  change_services(target, [&](value& service) {
    auto& image = *member(&service, "image");
    const auto names = names_of(world, *image.as_text());
    if (random.percent(50))
      image = names[random.below(names.size())];
    std::erase_if(*member(&service, "labels")->as_map(), [](const auto& label) {
      return label.val == value{"kill-then-download"} || label.val == value{"delete-then-download"};
    });
  });
  return target;
}

value two_apps() {
  auto apps = value::map({});
  for (std::int64_t app = 1; app <= 2; ++app) {
    const auto web = value::map({
      {"id", app * 10},
      {"image_id", 100 + app},
      {"image", images.front()},
      {"environment", value::map({})},
      {"labels", value::map({})},
      {"composition", value::map({{"volumes", value::list({"data:/data"})}})},
    });
    const auto release = value::map({
      {"id", 1000 + app},
      {"services", value::map({{"web", web}})},
      {"networks", value::map({})},
      {"volumes", value::map({{"data", value::map({})}})},
    });
    apps.set(uuid_of(app),
      value::map(
        {{"id", app}, {"name", "app"}, {"releases", value::map({{commit_of(app), release}})}}));
  }
  return device_of(std::move(apps));
}

value handing_over(std::int64_t release) {
  auto services = value::map({});
  for (const auto* name : {"web", "db"}) {
    const auto other = std::string{name} == "db";
    auto labels = value::map({});
    if (!other)
      labels.set("io.balena.update.strategy", "hand-over");
    services.set(name,
      value::map({
        {"id", other ? 12 : 11},
        {"image_id", 100 + release},
        {"image", other ? images[0] : images[static_cast<std::size_t>(release) % 3]},
        {"environment", value::map({{"RELEASE", std::to_string(release)}})},
        {"labels", labels},
        {"composition", value::map({{"volumes", value::list({"data:/data"})}})},
      }));
  }
  const auto whole = value::map({
    {"id", 1000 + release},
    {"services", services},
    {"networks", value::map({})},
    {"volumes", value::map({{"data", value::map({})}})},
  });
  return device_of(value::map({{uuid_of(1),
    value::map(
      {{"id", 1}, {"name", "app"}, {"releases", value::map({{commit_of(release), whole}})}})}}));
}

value no_apps() {
  return device_of(value::map({}));
}

} // namespace copal::test
