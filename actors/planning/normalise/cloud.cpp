#include "actors/planning/normalise/cloud.hpp"

#include "actors/planning/host_services.hpp"
#include "actors/planning/identity.hpp"
#include "actors/planning/labels.hpp"
#include "actors/planning/normalise/composition.hpp"
#include "actors/planning/normalise/contracts.hpp"
#include "actors/planning/normalise/features.hpp"
#include "actors/planning/normalise/release.hpp"
#include "actors/planning/normalise/schema.hpp"
#include "actors/planning/normalise/service.hpp"
#include "actors/planning/normalise/service_networks.hpp"

#include <algorithm>
#include <utility>

namespace copal::planning {

namespace {

std::map<std::string, std::string> read_config(const node& n) {
  std::map<std::string, std::string> out;
  for (const auto& [name, setting] : n.members()) {
    if (!is_variable_name(name, colons::allowed))
      setting.reject("the name of a configuration variable is letters, digits, '_' and ':' only");
    out[name] = strict_text(setting);
  }
  return out;
}

service_overlay read_overlay(const node& n) {
  service_overlay out;
  if (const auto env = required(n, "environment")) {
    for (const auto& [name, val] : env->members()) {
      if (!is_variable_name(name, colons::refused))
        val.reject("the name of an environment variable is letters, digits and '_' only");
      out.env.insert_or_assign(name, secret{strict_text(val.hidden())});
    }
  }
  if (const auto labels = required(n, "labels")) {
    for (const auto& [name, val] : labels->members()) {
      if (!is_label_name(name))
        val.reject("the name of a label is printable ASCII without blanks and quotes");
      out.labels[name] = strict_text(val);
    }
  }
  return out;
}

std::string read_image(const node& n) {
  const auto field = required(n, "image");
  if (!field)
    return {};
  const auto text = short_text(*field);
  const auto reference = image_reference::parse(text);
  if (!reference)
    field->reject(reference.error().what);
  return reference ? to_string(*reference) : std::string{};
}

/// What the cloud says of a service, with what decides whether it runs here.
struct cloud_service {
  read_service it;
  service_overlay overlay;
  service_contract contract;
};

/// All of a service but its composition.
cloud_service read_cloud_service(const node& n, const std::string& name) {
  cloud_service out{{n, {}}, {}, {}};
  auto& service = out.it.service;
  service.name.value = name;
  service.id.value = number_of(n, "id");
  service.image.value = number_of(n, "image_id");
  service.image_name = read_image(n);
  out.overlay = read_overlay(n);
  if (const auto contract = present(n, "contract"))
    out.contract = read_contract(*contract, name);
  if (const auto running = n.get("running"))
    service.running = running->boolean();
  return out;
}

void complete_cloud_service(const app_setting& app, cloud_service& x) {
  const auto& n = x.it.place;
  const auto composition = present(n, "composition");
  if (composition && composition->is(value::kind::map))
    read_composition(*composition, app, x.it.service);
  else if (composition)
    composition->refuse("a map");
  else
    join_default_network(app.uuid, x.it.service);
  complete_service(app, x.overlay, x.it.service);
}

/// The cloud knows no null among networks and volumes.
void refuse_nulls(const node& release, std::string_view key) {
  if (const auto map = release.get(key)) {
    for (const auto& [name, val] : map->members()) {
      if (!val.is(value::kind::map))
        val.refuse("a map");
    }
  }
}

/// The services that are ours to run; the names of the others go to the app.
std::vector<cloud_service> read_services(
  const node& release, const app_setting& app, target_app& out) {
  std::vector<cloud_service> services;
  const auto members = release.get("services");
  if (!members)
    return services;
  for (const auto& [name, val] : members->members()) {
    const auto place = val.of("service " + name);
    if (!is_docker_name(place, name))
      continue;
    auto service = read_cloud_service(place, name);
    // What the host keeps may be composed as nothing of ours could be: it is not looked at.
    if (is_supervisor(out.uuid, {name})
        || (out.is_host && is_part_of_host(modern_labels(service.overlay.labels)))) {
      out.left_alone.push_back({name});
      continue;
    }
    complete_cloud_service(app, service);
    services.push_back(std::move(service));
  }
  std::sort(out.left_alone.begin(), out.left_alone.end());
  return services;
}

/// Tells of each contract that is not met.
admission judge_contracts(const std::vector<cloud_service>& services, const device_facts& device) {
  std::vector<candidate> candidates;
  const auto offers = offers_of(device);
  for (const auto& [it, overlay, contract] : services) {
    const auto unmet = unmet_parts(contract, offers);
    for (const auto& part : unmet)
      it.place.warn("its contract asks for " + part);
    candidates.push_back({it.service.name,
      {std::string{shared_service(it.service.config.network_mode)}},
      is_on(it.service.config.labels, label::optional),
      unmet.empty()});
  }
  return admit(candidates);
}

/// The services without those that are left out, of which nobody speaks any more.
std::vector<read_service> without(
  const std::vector<service_name>& left_out, std::vector<cloud_service> services) {
  const auto is_out = [&left_out](const service_name& name) {
    return std::binary_search(left_out.begin(), left_out.end(), name);
  };
  std::vector<read_service> out;
  for (auto& one : services) {
    if (is_out(one.it.service.name))
      continue;
    std::erase_if(
      one.it.service.depends_on, [&is_out](const dependency& on) { return is_out(on.service); });
    out.push_back(std::move(one.it));
  }
  return out;
}

void read_release(
  const node& n, const std::string& commit, const app_setting& app, target_app& out) {
  target_release release;
  release.commit.value = commit;
  release.id.value = number_of(n, "id");
  refuse_nulls(n, "networks");
  refuse_nulls(n, "volumes");
  auto services = read_services(n, app, out);
  const auto admitted = judge_contracts(services, app.device);
  if (!admitted.missed.empty()) {
    out.rejected = rejection{release.id, release.commit, rejection_text(admitted)};
    return;
  }
  out.left_out = admitted.left_out;
  // An app of which the host keeps everything needs no networks of ours.
  if (out.left_alone.empty() || !services.empty()) {
    read_components(n, app, release);
    assemble(app, without(out.left_out, std::move(services)), release);
  }
  out.release = std::move(release);
}

app_class read_class(const node& n) {
  const auto field = n.get("class");
  if (!field)
    return app_class::fleet;
  for (const auto c : {app_class::fleet, app_class::app, app_class::block}) {
    if (const auto* text = field->raw().as_text(); text != nullptr && *text == to_string(c))
      return c;
  }
  field->refuse("fleet, app or block");
  return app_class::fleet;
}

target_app read_app(
  const node& n, const std::string& uuid, const device_facts& device, const std::string& name) {
  target_app out;
  out.uuid.value = uuid;
  out.id.value = number_of(n, "id");
  if (const auto field = required(n, "name"))
    out.name = short_text(*field);
  out.kind = read_class(n);
  if (const auto parent = present(n, "parent_app"))
    static_cast<void>(short_text(*parent)); // checked, not needed
  if (const auto field = n.get("is_host"))
    out.is_host = field->boolean();
  const app_setting app{device, name, out.id, out.uuid, out.name};
  const auto releases = n.get("releases");
  if (!releases)
    return out;
  // Every release is checked; the first one counts.
  for (bool first = true; const auto& [commit, val] : releases->members()) {
    const auto place = val.of("app " + out.name);
    if (std::exchange(first, false)) {
      read_release(place, commit, app, out);
      continue;
    }
    auto other = out;
    read_release(place, commit, app, other);
    val.warn("the app has more than one release: this one is ignored");
  }
  return out;
}

device_target read_device(const node& n, const device_facts& device) {
  device_target out;
  if (const auto name = required(n, "name")) {
    out.name = short_text(*name);
    if (out.name.find('\n') != std::string::npos)
      name->reject("the device's name holds a line break; rename the device");
  }
  if (const auto config = required(n, "config"))
    out.config = read_config(*config);
  if (const auto apps = required(n, "apps")) {
    for (const auto& [uuid, val] : apps->members())
      out.apps.push_back(read_app(val, uuid, device, out.name));
  }
  std::sort(
    out.apps.begin(), out.apps.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
  const auto twice = std::adjacent_find(
    out.apps.begin(), out.apps.end(), [](const auto& a, const auto& b) { return a.id == b.id; });
  if (twice != out.apps.end())
    n.reject("two apps have the id " + to_string(twice->id));
  return out;
}

} // namespace

device_target read_cloud_target(const node& root, const device_facts& device) {
  device_target out;
  bool found = false;
  for (const auto& [uuid, val] : root.members()) {
    auto target = read_device(val, device);
    if (uuid != device.uuid.value)
      continue;
    out = std::move(target);
    found = true;
  }
  if (!found && root.is(value::kind::map))
    root.reject("it is not for this device: it has no member " + device.uuid.value);
  return out;
}

} // namespace copal::planning
