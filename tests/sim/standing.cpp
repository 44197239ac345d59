#include "tests/sim/standing.hpp"

#include "actors/planning/compare/resolve.hpp"
#include "actors/planning/identity.hpp"

#include <algorithm>

namespace copal::test {

const target_app* find_app(const device_target& target, app_id id) {
  const auto it = std::find_if(
    target.apps.begin(), target.apps.end(), [id](const target_app& app) { return app.id == id; });
  return it == target.apps.end() || !it->release ? nullptr : &*it;
}

const target_service* find_service(const target_app& app, const service_name& name) {
  const auto& services = app.release->services;
  const auto it = std::find_if(
    services.begin(), services.end(), [&name](const target_service& s) { return s.name == name; });
  return it == services.end() ? nullptr : &*it;
}

const world_image* find_image(const engine_world& world, const std::string& name) {
  const auto ref = image_reference::parse(name);
  for (const auto& [id, one] : world.images) {
    if (ref && has_name(one.image, *ref))
      return &one;
  }
  return nullptr;
}

const engine_network* find_network(const engine_world& world, const std::string& name) {
  const auto it = std::find_if(world.networks.begin(),
    world.networks.end(),
    [&name](const engine_network& n) { return n.name == name; });
  return it == world.networks.end() ? nullptr : &*it;
}

const engine_volume* find_volume(const engine_world& world, const std::string& name) {
  const auto it = std::find_if(world.volumes.begin(),
    world.volumes.end(),
    [&name](const engine_volume& v) { return v.name == name; });
  return it == world.volumes.end() ? nullptr : &*it;
}

std::vector<const container*> containers_of(
  const engine_world& world, app_id app, const service_name& name) {
  std::vector<const container*> found;
  for (const auto& [id, c] : world.containers) {
    const auto who = planning::identify(c.name, c.config.labels);
    if (who && who->app == app && who->name == name)
      found.push_back(&c);
  }
  std::sort(found.begin(), found.end(), [](const container* a, const container* b) {
    return a->created < b->created;
  });
  return found;
}

namespace {

planning::compare_context neighbours(const engine_world& world, const target_app& app) {
  planning::compare_context context;
  context.lacks = world.lacks;
  for (const auto& service : app.release->services) {
    if (const auto all = containers_of(world, app.id, service.name); !all.empty())
      context.services.emplace(service.name.value, all.back()->id);
  }
  return context;
}

} // namespace

std::vector<planning::field_difference> differences_of(const engine_world& world,
  const target_app& app,
  const target_service& service,
  const container& c) {
  const auto* image = find_image(world, service.image_name);
  const auto wanted = planning::resolve(service,
    image == nullptr ? nullptr : &image->facts,
    image == nullptr ? engine_image_id{} : image->image.id);
  return planning::differences(c, wanted, neighbours(world, app));
}

bool parts_are_in_place(const engine_world& world, const target_app& app) {
  for (const auto& n : app.release->networks) {
    const auto* found = find_network(world, n.engine_name);
    if (found == nullptr || !planning::differences(found->config, n.config).empty())
      return false;
  }
  for (const auto& v : app.release->volumes) {
    const auto* found = find_volume(world, v.engine_name);
    if (found == nullptr
        || (planning::is_supervised(found->config.labels)
            && !planning::differences(found->config, v.config).empty()))
      return false;
  }
  return true;
}

namespace {

/// A network that a container is joined to and that the app no longer asks for.
bool uses_foreign_network(const container& c, const target_app& app) {
  return std::any_of(c.config.networks.begin(), c.config.networks.end(), [&app](const auto& n) {
    const auto& wanted = app.release->networks;
    return n.first != "supervisor0"
           && std::none_of(wanted.begin(), wanted.end(), [&n](const target_network& w) {
                return w.engine_name == n.first;
              });
  });
}

/// A dependency was made anew since the container was started, and it is to be restarted with it.
bool is_to_restart(const engine_world& world,
  const target_app& app,
  const target_service& service,
  const container& c) {
  const auto& all = service.depends_on;
  return std::any_of(all.begin(), all.end(), [&](const dependency& on) {
    const auto others = containers_of(world, app.id, on.service);
    return on.restart && !others.empty() && others.back()->created > c.started;
  });
}

} // namespace

bool is_to_stay(const engine_world& world,
  const device_target& target,
  const container& c,
  const container_identity& who) {
  const auto* app = find_app(target, who.app);
  const auto* service = app == nullptr ? nullptr : find_service(*app, who.name);
  return service != nullptr && service->running && parts_are_in_place(world, *app)
         && !uses_foreign_network(c, *app) && containers_of(world, who.app, who.name).back() == &c
         && differences_of(world, *app, *service, c).empty()
         && !is_to_restart(world, *app, *service, c);
}

namespace {

bool all_images_there(const engine_world& world, const target_app& app) {
  const auto& services = app.release->services;
  return std::all_of(services.begin(), services.end(), [&world](const target_service& s) {
    return find_image(world, s.image_name) != nullptr;
  });
}

} // namespace

bool may_stop_early(
  const engine_world& world, const device_target& target, const container_identity& who) {
  const auto* app = find_app(target, who.app);
  if (app == nullptr || all_images_there(world, *app))
    return true;
  const auto* service = find_service(*app, who.name);
  return service != nullptr
         && (service->strategy == update_strategy::kill_then_download
             || service->strategy == update_strategy::delete_then_download);
}

bool is_to_hand_over(const engine_world& world,
  const device_target& target,
  const container& c,
  const container_identity& who) {
  const auto* app = find_app(target, who.app);
  const auto* service = app == nullptr ? nullptr : find_service(*app, who.name);
  return service != nullptr && service->running && service->strategy == update_strategy::hand_over
         && parts_are_in_place(world, *app) && !uses_foreign_network(c, *app)
         && service->config.ports.empty() && c.config.ports.empty()
         && !is_to_restart(world, *app, *service, c);
}

bool has_successor(const engine_world& world, const container& c, const container_identity& who) {
  const auto all = containers_of(world, who.app, who.name);
  return std::any_of(all.begin(), all.end(), [&c](const container* other) {
    return other->id != c.id
           && (other->state == container_state::running || other->started != wall_time{});
  });
}

} // namespace copal::test
