// What there is of each app, beside what it is to be.

#include "actors/planning/compare/compare.hpp"
#include "actors/planning/compare/legacy_container.hpp"
#include "actors/planning/compare/resolve.hpp"
#include "actors/planning/compare/v19_reading.hpp"
#include "actors/planning/host_services.hpp"
#include "actors/planning/identity.hpp"
#include "actors/planning/plan/plan_parts.hpp"
#include "actors/planning/plan/requests.hpp"
#include "actors/planning/plan/subjects.hpp"
#include "actors/planning/sha256.hpp"

#include <algorithm>
#include <map>

namespace copal::planning {

namespace {

/// Of what differs, and of what: a thing that is made anew may come out better.
std::string digest_of(const std::vector<field_difference>& what, const std::string& id) {
  auto text = std::to_string(id.size()) + ':' + id;
  for (const auto& one : what) {
    for (const auto* part : {&one.field, &one.current, &one.target})
      text += std::to_string(part->size()) + ':' + *part;
  }
  return sha256(text);
}

bool is_of(const container_identity& who, const app_standing& app) {
  return who.app == app.id || (!app.uuid.empty() && who.uuid == app.uuid);
}

app_key key_of(const app_standing& app) {
  return {app.id, app.uuid};
}

/// An app has one standing, whatever uuids its parts bear: it keeps its number and its data under a
/// new uuid, and what an old supervisor made bears none.
void add_unknown(std::vector<app_standing>& apps, app_id id, const app_uuid& uuid) {
  const auto same_id = [id](const app_standing& a) { return a.id == id; };
  if (const auto it = std::find_if(apps.begin(), apps.end(), same_id); it != apps.end()) {
    if (it->uuid.empty())
      it->uuid = uuid;
    return;
  }
  app_standing one;
  one.id = id;
  one.uuid = uuid;
  apps.push_back(std::move(one));
}

/// The apps that are to be, then those of which only something is left.
std::vector<app_standing> list_apps(const situation& s) {
  std::vector<app_standing> apps;
  for (const auto& app : s.target.apps) {
    app_standing one;
    one.target = &app;
    one.id = app.id;
    one.uuid = app.uuid;
    apps.push_back(std::move(one));
  }
  for (const auto& c : s.engine.containers) {
    if (std::none_of(apps.begin(), apps.end(), [&](const auto& a) { return is_of(c.who, a); }))
      add_unknown(apps, c.who.app, c.who.uuid);
  }
  for (const auto& n : s.engine.networks) {
    const auto id = is_supervised(n.config.labels) ? network_app(n) : std::nullopt;
    if (id && std::none_of(apps.begin(), apps.end(), [&](const auto& a) {
          return belongs_to(n, key_of(a));
        }))
      add_unknown(apps, *id, {});
  }
  for (const auto& v : s.engine.volumes) {
    const auto id = is_supervised(v.config.labels) ? volume_app(v) : std::nullopt;
    if (id && std::none_of(apps.begin(), apps.end(), [&](const auto& a) {
          return belongs_to(v, key_of(a));
        }))
      add_unknown(apps, *id, volume_uuid(v).value_or(app_uuid{}));
  }
  return apps;
}

/// Splits an app's containers: the newest living one of each target service, the dead, the rest.
void pair_services(const situation& s, app_standing& app) {
  std::map<service_name, const supervised_container*> newest;
  for (const auto& c : s.engine.containers) {
    if (!is_of(c.who, app) || is_left_alone(c.who, c.what.config.labels, app.target))
      continue;
    if (c.what.state == container_state::dead) {
      app.dead.push_back(&c);
      continue;
    }
    auto& best = newest[c.who.name];
    if (best == nullptr || best->what.created < c.what.created) {
      if (best != nullptr)
        app.surplus.push_back(best);
      best = &c;
    } else {
      app.surplus.push_back(&c);
    }
  }
  if (app.target != nullptr && app.target->release) {
    for (const auto& service : app.target->release->services) {
      service_pair pair;
      pair.target = &service;
      if (const auto it = newest.find(service.name); it != newest.end()) {
        pair.current = it->second;
        newest.erase(it);
      }
      app.pairs.push_back(std::move(pair));
    }
  }
  for (const auto& [name, c] : newest)
    app.surplus.push_back(c);
}

void compare_services(const situation& s, app_standing& app) {
  compare_context context;
  context.lacks = s.engine.lacks;
  for (const auto& pair : app.pairs) {
    if (pair.current != nullptr)
      context.services.emplace(pair.target->name.value, pair.current->what.id);
  }
  for (auto& pair : app.pairs) {
    const auto& release = *app.target->release;
    pair.image = standing_of(s, *app.target, *pair.target);
    app.images_ready = app.images_ready && pair.image.what == image_standing::kind::ready;
    pair.wanted = resolve(*pair.target, pair.image.facts, pair.image.id);
    pair.name = container_name({app.id,
      app.uuid,
      pair.target->id,
      pair.target->name,
      pair.target->image,
      release.id,
      release.commit});
    if (pair.current == nullptr)
      continue;
    if (app.pairs.size() == 1 && app.surplus.empty())
      inherit_legacy_labels(*pair.current, pair.wanted);
    auto found = differences(pair.current->what, pair.wanted, context);
    if (!found.empty()
        && !is_as_v19_reads(
          *pair.current, release, *pair.target, pair.image.facts, pair.image.id, context)) {
      const auto subject = service_subject(app.id, pair.target->name);
      const auto& id = pair.current->what.id.value;
      if (is_left_so(s, subject, found, id)) {
        app.left_so_digests[subject] = digest_of(found, id);
        pair.left_so = summary(found);
        continue;
      }
      pair.differing = summary(found);
      pair.differences = std::move(found);
    }
  }
}

/// Ours, by that name; the engine allows several.
std::vector<const engine_network*> networks_named(const situation& s, const std::string& name) {
  std::vector<const engine_network*> out;
  for (const auto& e : s.engine.networks) {
    if (e.name == name && is_supervised(e.config.labels))
      out.push_back(&e);
  }
  return out;
}

/// A container that is not ours to stop uses it: it can neither go nor be made anew.
bool is_held(const situation& s, const app_standing& app, const part& held) {
  return std::any_of(s.engine.containers.begin(), s.engine.containers.end(), [&](const auto& c) {
    return is_of(c.who, app) && is_left_alone(c.who, c.what.config.labels, app.target)
           && uses(c.what.config, held);
  });
}

/// Such as it is shown, with these differences, the app has it; what is left so is noted.
bool stays_so(const situation& s,
  app_standing& app,
  const part& own,
  const std::vector<field_difference>& differing,
  const std::string& id) {
  if (differing.empty() || is_held(s, app, own))
    return true;
  if (!is_left_so(s, part_subject(own), differing, id))
    return false;
  app.left_so_digests[part_subject(own)] = digest_of(differing, id);
  app.left_so.emplace(own, summary(differing));
  return true;
}

std::set<std::string> stand_wanted_networks(const situation& s, app_standing& app) {
  std::set<std::string> wanted;
  if (app.target == nullptr || !app.target->release)
    return wanted;
  for (const auto& n : app.target->release->networks) {
    wanted.insert(n.engine_name);
    const auto found = networks_named(s, n.engine_name);
    const auto own = network_part(n.engine_name);
    if (found.size() == 1
        && stays_so(
          s, app, own, differences(found.front()->config, n.config), found.front()->id.value))
      continue;
    app.missing.insert(own);
    if (!found.empty())
      app.leaving.insert(own);
  }
  return wanted;
}

void stand_networks(const situation& s, app_standing& app) {
  const auto wanted = stand_wanted_networks(s, app);
  for (const auto& e : s.engine.networks) {
    if (is_supervised(e.config.labels) && belongs_to(e, key_of(app)) && !wanted.contains(e.name)
        && !is_held(s, app, network_part(e.name)))
      app.leaving.insert(network_part(e.name));
  }
}

void stand_volumes(const situation& s, app_standing& app) {
  if (s.asked.purged.contains(app.id)) {
    for (const auto& name : volumes_to_purge(s, app.id))
      app.leaving.insert(volume_part(name));
  }
  if (app.target == nullptr) {
    for (const auto& e : s.engine.volumes) {
      if (!s.target.keeps_volumes && is_supervised(e.config.labels) && belongs_to(e, key_of(app))
          && !is_held(s, app, volume_part(e.name)))
        app.leaving.insert(volume_part(e.name));
    }
    return;
  }
  // A volume that the target no longer names stays: data outlives its service.
  if (!app.target->release)
    return;
  for (const auto& v : app.target->release->volumes) {
    const auto it = std::find_if(s.engine.volumes.begin(),
      s.engine.volumes.end(),
      [&v](const engine_volume& e) { return e.name == v.engine_name; });
    if (it == s.engine.volumes.end()) {
      app.missing.insert(volume_part(v.engine_name));
      continue;
    }
    // One without our label is adopted as it is: it may hold what somebody else put there.
    const auto own = volume_part(v.engine_name);
    if (is_supervised(it->config.labels)
        && !stays_so(s, app, own, differences(it->config, v.config), it->name)) {
      app.missing.insert(own);
      app.leaving.insert(own);
    }
  }
}

/// What several apps share: a service that asks for it waits for it, and goes when it changes.
void stand_shared(const situation& s, app_standing& app) {
  const auto asked = [&app](const part& x) {
    return std::any_of(app.pairs.begin(), app.pairs.end(), [&x](const service_pair& pair) {
      return uses(pair.target->config, x);
    });
  };
  if (const auto network = network_part(supervisor_network); asked(network)) {
    const auto it = std::find_if(s.engine.networks.begin(),
      s.engine.networks.end(),
      [](const engine_network& n) { return n.name == supervisor_network; });
    const auto there = it != s.engine.networks.end();
    if (!there
        || !stays_so(s, app, network, supervisor_network_differences(it->config), it->id.value))
      app.missing.insert(network);
    if (there && app.missing.contains(network))
      app.leaving.insert(network);
  }
  const auto has_firmware = std::any_of(s.engine.volumes.begin(),
    s.engine.volumes.end(),
    [](const engine_volume& v) { return v.name == extra_firmware_volume; });
  const auto firmware = volume_part(extra_firmware_volume);
  if (asked(firmware) && !has_firmware)
    app.missing.insert(firmware);
}

} // namespace

std::string part_subject(const part& x) {
  return (x.what == part::kind::network ? "network:" : "volume:") + x.name;
}

bool uses(const container_config& config, const part& x) {
  const auto& name = x.name;
  if (x.what == part::kind::network)
    return config.network_mode == name || config.networks.contains(name);
  const auto bound = [&name](const std::string& bind) {
    return bind.size() > name.size() && bind[name.size()] == ':' && bind.starts_with(name);
  };
  const auto mounted = [&name](const mount& m) { return m.source == name; };
  return std::any_of(config.binds.begin(), config.binds.end(), bound)
         || std::any_of(config.mounts.begin(), config.mounts.end(), mounted);
}

bool is_left_so(const situation& s,
  const std::string& subject,
  const std::vector<field_difference>& what,
  const std::string& id) {
  if (const auto it = s.left_so.find(subject); it != s.left_so.end() && it->second.what == what)
    return true;
  if (!s.boot || what.empty())
    return false;
  const auto known = s.boot->unkept.find(subject);
  return known != s.boot->unkept.end() && known->second == digest_of(what, id);
}

std::vector<app_standing> stand_apps(const situation& s) {
  auto apps = list_apps(s);
  for (auto& app : apps) {
    if (is_rejected(app))
      continue;
    pair_services(s, app);
    compare_services(s, app);
    stand_networks(s, app);
    stand_volumes(s, app);
    stand_shared(s, app);
  }
  return apps;
}

} // namespace copal::planning
