#include "actors/planning/normalise/compose.hpp"

#include "actors/planning/normalise/bind_mounts.hpp"
#include "actors/planning/normalise/composition.hpp"
#include "actors/planning/normalise/derived_ids.hpp"
#include "actors/planning/normalise/release.hpp"
#include "actors/planning/normalise/schema.hpp"
#include "actors/planning/normalise/service.hpp"
#include "actors/planning/normalise/service_files.hpp"

#include <algorithm>

namespace copal::planning {

namespace {

// A compose file has one release, and an image is known by its name.
constexpr release_id only_release{1};
constexpr image_id any_image{1};

bool is_project_name(const std::string& name) {
  const auto is_lower = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  return !name.empty() && is_lower(name[0])
         && std::all_of(name.begin(), name.end(), [is_lower](char c) {
              return is_lower(c) || c == '_' || c == '-';
            });
}

std::string read_project(const node& root) {
  const auto field = root.get("name");
  if (!field) {
    root.reject("the project has no name; add name: <project> at the top of the file");
    return {};
  }
  auto name = field->text();
  if (!is_project_name(name))
    field->refuse("a project name: lower-case letters, digits, '_' and '-', a letter or digit "
                  "first");
  return name;
}

std::string read_image(const node& service) {
  const auto field = service.get("image");
  if (!field) {
    if (service.is(value::kind::map))
      service.reject("the service has no image; add image: <name>");
    return {};
  }
  const auto reference = image_reference::parse(field->text());
  if (!reference)
    field->reject(reference.error().what);
  return reference ? to_string(*reference) : std::string{};
}

/// What surrounds the services of a file.
struct surroundings {
  const app_setting& app;
  const named_files& files;
};

read_service read_compose_service(
  const node& n, const service_name& name, service_id id, const surroundings& around) {
  read_service out{n, {}};
  auto& service = out.service;
  service.name = name;
  service.id = id;
  service.image = any_image;
  service.image_name = read_image(n);
  service.config.tty = false; // a compose file's default; the cloud's is true
  read_composition(n, around.app, service);
  complete_service(around.app, {}, service);
  read_service_files(n, around.files, around.app, service);
  return out;
}

std::vector<read_service> read_services(
  const node& n, const std::string& project, const surroundings& around) {
  std::vector<service_name> names;
  for (const auto& [name, val] : n.members())
    names.push_back({name});
  const auto ids = derived_service_ids(project, names);
  std::vector<read_service> out;
  for (const auto& [name, val] : n.members()) {
    const auto place = val.of("service " + name);
    if (is_docker_name(place, name))
      out.push_back(read_compose_service(place, {name}, ids.at({name}), around));
  }
  return out;
}

} // namespace

device_target read_compose_target(const node& root, const device_facts& device) {
  device_target out;
  out.name = device.name;
  out.keeps_volumes = true;
  check_members(root,
    {"configs", "name", "networks", "secrets", "services", "version", "volumes"},
    "a compose file");
  if (!root.is(value::kind::map))
    return out;
  target_app app;
  app.name = read_project(root);
  app.id = derived_app_id(app.name);
  app.uuid = derived_app_uuid(app.name);
  const app_setting setting{device, out.name, app.id, app.uuid, app.name, read_folder(root)};
  const auto files = read_named_files(root);
  target_release release;
  release.id = only_release;
  release.commit = derived_commit(root.raw());
  read_components(root, setting, release);
  std::vector<read_service> services;
  if (const auto members = root.get("services"))
    services = read_services(*members, app.name, {setting, files});
  else
    root.reject("the file has no services; add services: (\"services: {}\" stops everything)");
  assemble(setting, std::move(services), release);
  check_total(root, release);
  app.release = std::move(release);
  out.apps.push_back(std::move(app));
  return out;
}

} // namespace copal::planning
