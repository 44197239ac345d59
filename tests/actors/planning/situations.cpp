#include "tests/actors/planning/situations.hpp"

#include "actors/planning/compare/resolve.hpp"
#include "actors/planning/identity.hpp"

#include <algorithm>
#include <set>

namespace copal::planning::situations {

namespace {

release_id release_of(const std::string& commit) {
  return {std::stoll(commit.substr(1))};
}

std::string uuid_of(int app) {
  return 'a' + std::to_string(app);
}

std::string of_app(std::string name, const std::string& app) {
  if (name.starts_with(own_app))
    name.replace(0, own_app.size(), app);
  return name;
}

/// The service with the app's image number, and its networks and volumes under their engine names.
target_service placed(target_service s, int app) {
  s.image.value = std::int64_t{10} * app;
  auto& c = s.config;
  c.network_mode = of_app(c.network_mode, uuid_of(app));
  std::map<std::string, endpoint> networks;
  for (const auto& [name, how] : c.networks)
    networks[of_app(name, uuid_of(app))] = how;
  c.networks = networks;
  for (auto& bind : c.binds)
    bind = of_app(bind, std::to_string(app));
  return s;
}

void sort_by_id(std::vector<supervised_container>& items) {
  std::sort(
    items.begin(), items.end(), [](const auto& a, const auto& b) { return a.what.id < b.what.id; });
}

template <class Items>
void sort_by_id(Items& items) {
  std::sort(items.begin(), items.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
}

template <class Items>
void sort_by_name(Items& items) {
  std::stable_sort(
    items.begin(), items.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
}

image_row row_of(const target_app& app, const target_service& s) {
  return {s.image_name,
    app.id,
    app.uuid,
    s.id,
    s.name,
    s.image,
    app.release->id,
    app.release->commit,
    engine_id_of(s.image_name),
    true};
}

void add_row(situation& s, image_row row) {
  std::erase_if(s.images.rows, [&row](image_row other) {
    other.engine_id = row.engine_id;
    other.ours = row.ours;
    return other == row;
  });
  s.images.facts[row.engine_id];
  s.images.rows.push_back(std::move(row));
  std::sort(s.images.rows.begin(), s.images.rows.end());
}

} // namespace

device::device() {
  now.engine.complete = true;
  now.images.complete = true;
}

device& device::app(int id) {
  app_ = id;
  return *this;
}

app_uuid device::uuid() const {
  return {uuid_of(app_)};
}

device& device::wants(const std::vector<service>& services, const std::string& commit) {
  const auto own_network = uuid_of(app_) + '_';
  const auto own_volume = std::to_string(app_) + '_';
  std::set<std::string> networks{"default"};
  std::set<std::string> volumes;
  target_release release;
  release.id = release_of(commit);
  release.commit.value = commit;
  for (const auto& s : services) {
    release.services.push_back(placed(s.it, app_));
    const auto& config = release.services.back().config;
    for (const auto& [name, how] : config.networks) {
      if (name.starts_with(own_network))
        networks.insert(name.substr(own_network.size()));
    }
    for (const auto& bind : config.binds) {
      if (bind.starts_with(own_volume))
        volumes.insert(bind.substr(own_volume.size(), bind.find(':') - own_volume.size()));
    }
  }
  std::sort(release.services.begin(), release.services.end(), [](const auto& a, const auto& b) {
    return a.name < b.name;
  });
  for (const auto& name : networks) {
    auto there = network_of(app_, name);
    release.networks.push_back({name, there.name, there.config});
  }
  for (const auto& name : volumes) {
    auto there = volume_of(app_, name);
    release.volumes.push_back({name, there.name, there.config});
  }
  wants_no_release();
  target_of(now, app_).release = std::move(release);
  return *this;
}

device& device::wants_no_release() {
  does_not_want_the_app();
  target_app app;
  app.id.value = app_;
  app.uuid = uuid();
  now.target.apps.push_back(std::move(app));
  sort_by_id(now.target.apps);
  return *this;
}

device& device::cannot_run(const std::string& commit) {
  wants_no_release();
  target_of(now, app_).rejected =
    rejection{release_of(commit), {commit}, "Services with unmet requirements: web"};
  return *this;
}

device& device::does_not_want_the_app() {
  std::erase_if(now.target.apps, [this](const auto& a) { return a.id.value == app_; });
  return *this;
}

device& device::running(const std::vector<service>& services, const std::string& commit) {
  wants(services, commit);
  fetched_all();
  reach();
  return *this;
}

void device::reach() {
  const auto& app = target_of(now, app_);
  for (const auto& s : app.release->services) {
    supervised_container c;
    c.who = {app.id, app.uuid, s.id, s.name, s.image, app.release->id, app.release->commit};
    c.what.id.value = s.name.value + '-' + std::to_string(++containers_made_);
    c.what.name = container_name(c.who);
    c.what.state = s.running ? container_state::running : container_state::created;
    c.what.created += std::chrono::hours{1} + std::chrono::seconds{containers_made_};
    const image_facts facts;
    c.what.config = resolve(s, &facts, engine_id_of(s.image_name));
    now.engine.containers.push_back(std::move(c));
  }
  sort_by_id(now.engine.containers);
  for (const auto& n : app.release->networks)
    now.engine.networks.push_back({{n.engine_name + "-id"}, n.engine_name, n.config});
  sort_by_name(now.engine.networks);
  for (const auto& v : app.release->volumes)
    now.engine.volumes.push_back({v.engine_name, v.config});
  sort_by_name(now.engine.volumes);
  now.commits[app.id] = app.release->commit;
}

device& device::in_engine(const std::string& image) {
  const auto id = engine_id_of(image);
  auto& all = now.images.engine;
  std::erase_if(all, [&id](const auto& e) { return e.id == id; });
  all.push_back({id, {image}, {}});
  sort_by_id(all);
  return *this;
}

device& device::fetched(const std::string& image) {
  in_engine(image);
  for (const auto& app : now.target.apps) {
    if (!app.release)
      continue;
    for (const auto& s : app.release->services) {
      if (s.image_name == image)
        add_row(now, row_of(app, s));
    }
  }
  return *this;
}

device& device::fetched_all() {
  for (const auto& s : target_of(now, app_).release->services)
    fetched(s.image_name);
  return *this;
}

device& device::old_row(
  const std::string& image, const std::string& of_service, const std::string& commit) {
  in_engine(image);
  target_app app;
  app.id.value = app_;
  app.uuid = uuid();
  app.release.emplace();
  app.release->id = release_of(commit);
  app.release->commit.value = commit;
  add_row(now, row_of(app, placed(service{of_service.c_str()}.from(image).it, app_)));
  return *this;
}

device& device::fetching(const std::string& image, int percent) {
  now.images.fetching.push_back({image, percent});
  sort_by_name(now.images.fetching);
  return *this;
}

device& device::gone(const std::string& service) {
  std::erase_if(now.engine.containers,
    [&](const auto& c) { return c.who.app.value == app_ && c.who.name.value == service; });
  return *this;
}

device& device::is(const std::string& service, container_state state) {
  situations::container_of(now, service).state = state;
  return *this;
}

device& device::has_exited(const std::string& service, int code) {
  auto& c = situations::container_of(now, service);
  c.state = container_state::exited;
  c.exit_code = code;
  return *this;
}

device& device::health(const std::string& service, health_state is, int failed) {
  auto& c = situations::container_of(now, service);
  c.health = is;
  c.failed_checks = failed;
  return *this;
}

device& device::with_older(const std::string& service) {
  const auto it = std::find_if(now.engine.containers.begin(),
    now.engine.containers.end(),
    [&](const auto& c) { return c.who.name.value == service; });
  auto older = *it;
  older.what.id.value += "-older";
  older.what.created -= std::chrono::hours{1};
  now.engine.containers.push_back(std::move(older));
  sort_by_id(now.engine.containers);
  return *this;
}

device& device::looked() {
  // Those of every service that a test may name.
  now.locks[{app_}] = {.app = {app_},
    .taken = true,
    .services = {{"a"},
      {"agent"},
      {"api"},
      {"b"},
      {"c"},
      {"cache"},
      {"db"},
      {"dep"},
      {"job"},
      {"late"},
      {"main"},
      {"new"},
      {"old"},
      {"one"},
      {"other"},
      {"two"},
      {"web"},
      {"worker"}}};
  return *this;
}

device& device::looked_earlier() {
  now.locks[{app_}] = {.app = {app_}};
  return *this;
}

device& device::locked(const std::string& by) {
  looked_earlier();
  now.locks[{app_}].held.push_back({{app_}, {by}, "/locks/" + by + "/updates.lock", {}});
  return *this;
}

device& device::forced() {
  now.force = true;
  return *this;
}

device& device::busy(const std::string& subject) {
  now.busy.insert(subject);
  return *this;
}

device& device::failed(const std::string& subject, bool waiting) {
  now.failures[subject] = {
    subject, "start", 1, {errc::unavailable, "no answer"}, {}, waiting, {}, {}};
  return *this;
}

device& device::fetch_failed(const std::string& image, bool waiting) {
  now.images.failures.push_back({image, 2, {errc::unavailable, "no route"}, {}, waiting, {}});
  sort_by_name(now.images.failures);
  return *this;
}

device& device::but(const std::function<void(situation&)>& change) {
  change(now);
  return *this;
}

device& device::container_of(
  const std::string& service, const std::function<void(container&)>& change) {
  change(situations::container_of(now, service));
  return *this;
}

engine_image_id engine_id_of(const std::string& image) {
  return {"sha256:" + image};
}

target_app& target_of(situation& s, int app) {
  return *std::find_if(
    s.target.apps.begin(), s.target.apps.end(), [app](const auto& a) { return a.id.value == app; });
}

container& container_of(situation& s, const std::string& service) {
  return std::find_if(s.engine.containers.begin(), s.engine.containers.end(), [&](const auto& c) {
    return c.who.name.value == service;
  })->what;
}

engine_network network_of(int app, const std::string& name) {
  engine_network out;
  out.name = uuid_of(app) + '_' + name;
  out.id.value = out.name + "-id";
  out.config.labels = {{"io.balena.supervised", "true"}, {"io.balena.app-id", std::to_string(app)}};
  return out;
}

engine_volume volume_of(int app, const std::string& name) {
  engine_volume out;
  out.name = std::to_string(app) + '_' + name;
  out.config.labels = {{"io.balena.supervised", "true"}, {"io.balena.app-uuid", uuid_of(app)}};
  return out;
}

} // namespace copal::planning::situations
