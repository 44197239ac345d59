#include "main/onlooker.hpp"

#include "actors/planning/identity.hpp"
#include "adapters/files/files.hpp"
#include "adapters/host/boot.hpp"
#include "adapters/host/config_file.hpp"
#include "adapters/host/locks.hpp"
#include "adapters/host/os_settings.hpp"
#include "adapters/json/json.hpp"
#include "adapters/store/peek.hpp"
#include "main/config_json.hpp"
#include "main/device_facts.hpp"
#include "main/engine_questions.hpp"
#include "main/files_place.hpp"
#include "main/quiet_system.hpp"

#include <algorithm>
#include <iostream>
#include <map>
#include <set>
#include <utility>

#include <caf/actor_system.hpp>

namespace copal {

namespace {

template <class Items, class Key>
void sort_by(Items& items, Key key) {
  std::sort(
    items.begin(), items.end(), [&key](const auto& a, const auto& b) { return key(a) < key(b); });
}

/// The engine has said nothing of what it was asked for.
bool is_away(const error& why) {
  return why.code == errc::unavailable || why.code == errc::timeout || why.code == errc::exhausted;
}

/// One that cannot be read is passed over, as the supervisor does. What went away while it was
/// being looked at is not there, which is nothing to tell.
void pass_over(const std::string& what, const error& why) {
  if (why.code != errc::not_found)
    std::cerr << "warning: " << what << " cannot be looked at, and is passed over: " << why.what
              << '\n';
}

result<void> look_at_containers(engine_questions& engine, engine_view& out) {
  const auto all = engine.ask<engine::container_list>(engine::list_containers{});
  if (!all)
    return fail(all.error());
  for (const auto& one : all->items) {
    if (!planning::is_supervised(one.labels))
      continue;
    auto what = engine.ask<container>(engine::inspect_container{one.id});
    if (!what) {
      if (is_away(what.error()))
        return fail(std::move(what.error()));
      pass_over("container " + one.name, what.error());
      continue;
    }
    // One that does not say who it is is left alone.
    if (auto who = planning::identify(what->name, what->config.labels))
      out.containers.push_back({std::move(*who), std::move(*what)});
  }
  sort_by(out.containers, [](const auto& c) { return c.what.id; });
  return {};
}

result<void> look_at_parts(engine_questions& engine, engine_view& out) {
  auto networks = engine.ask<engine::network_list>(engine::list_networks{});
  if (!networks)
    return fail(std::move(networks.error()));
  auto volumes = engine.ask<engine::volume_list>(engine::list_volumes{});
  if (!volumes)
    return fail(std::move(volumes.error()));
  auto about = engine.ask<engine::traits>(engine::get_traits{});
  if (!about && is_away(about.error()))
    return fail(std::move(about.error()));
  if (about)
    out.lacks = std::move(about->lacks);
  else
    pass_over("what the engine is", about.error());
  out.networks = std::move(networks->items);
  out.volumes = std::move(volumes->items);
  sort_by(out.networks, [](const auto& n) { return std::pair{n.name, n.id}; });
  sort_by(out.volumes, [](const auto& v) { return v.name; });
  return {};
}

/// A name that people know, if it has one.
std::string name_of(const engine_image& image) {
  for (const auto* names : {&image.tags, &image.digests}) {
    if (!names->empty())
      return *names->begin();
  }
  return image.id.value;
}

/// All images, since a row may come to name any that is there.
result<void> look_at_images(engine_questions& engine, images_view& out) {
  auto images = engine.ask<engine::image_list>(engine::list_images{});
  if (!images)
    return fail(std::move(images.error()));
  for (auto& image : images->items) {
    auto details = engine.ask<engine::image_details>(engine::inspect_image{image.id.value});
    if (details) {
      out.facts[image.id] = std::move(details->facts);
    } else if (is_away(details.error())) {
      return fail(std::move(details.error()));
    } else {
      pass_over("image " + name_of(image), details.error());
      if (details.error().code == errc::not_found)
        continue;
    }
    out.engine.push_back(std::move(image));
  }
  sort_by(out.engine, [](const auto& e) { return e.id; });
  return {};
}

result<void> look_at_engine(const http::address& server, planning::snapshot& out) {
  quiet_system config;
  caf::actor_system system{config};
  loop io{system};
  io.start();
  caf::scoped_actor self{system};
  engine_questions asked{self, io, server};
  auto looked = look_at_containers(asked, out.engine)
                  .and_then([&] { return look_at_parts(asked, out.engine); })
                  .and_then([&] { return look_at_images(asked, out.images); });
  out.engine.complete = looked.has_value();
  out.images.complete = looked.has_value();
  return looked;
}

/// The device's configuration as far as there is one: none is made.
result<device_config> look_at_config(const std::filesystem::path& path) {
  const auto doc = host::read_config_file(path);
  if (!doc && doc.error().code == errc::not_found)
    return device_config{};
  if (!doc)
    return fail(doc.error());
  auto out = read_device_config(*doc);
  if (!out)
    return fail(out.error().with_context(path.string()));
  return out;
}

/// Users' locks on the services that there are, and our own that an earlier run left.
result<void> look_at_locks(const places& where, planning::snapshot& out) {
  std::map<app_id, std::set<service_name>> services;
  for (const auto& c : out.engine.containers)
    services[c.who.app].insert(c.who.name);
  const host::lock_place place{where.lock_dir, where.host_lock_dir};
  for (const auto& [app, names] : services) {
    auto found = host::look_for_locks(place, {app, {names.begin(), names.end()}});
    if (!found)
      return fail(std::move(found.error()));
    if (!found->held.empty())
      out.locks[app] = {.app = app, .held = std::move(found->held)};
  }
  const auto own = host::find_own(place);
  if (!own)
    return fail(own.error());
  for (const auto app : own->apps) {
    out.locks[app].app = app;
    out.locks[app].left_over = true;
  }
  return {};
}

/// Where files of services are and how they are called, as `copal run` finds it; nothing is made.
result<void> look_at_files(
  const places& where, const std::filesystem::path& files_dir, device_facts& out) {
  auto salt = read_files_salt(where.state_dir);
  if (!salt)
    return fail(std::move(salt.error()));
  out.files_root = choose_files_place(files_dir, where.root, out.uuid, is_in_memory).host;
  out.files_salt = *std::move(salt);
  return {};
}

} // namespace

result<planning::snapshot> look_around(
  const places& where, const std::filesystem::path& files_dir, const http::address& engine) {
  planning::snapshot out;
  const auto config = look_at_config(where.config);
  if (!config)
    return fail(config.error());
  out.device = find_device_facts(
    where, *config, [](const std::string& what) { std::cerr << "warning: " << what << '\n'; });
  if (auto found = look_at_files(where, files_dir, out.device); !found)
    return fail(std::move(found.error()));
  auto kept = store::peek(where.state_dir / "copal.sqlite", where.older_database);
  if (!kept)
    return fail(std::move(kept.error()));
  for (auto& key : kept->keys)
    out.device.service_keys.push_back({key.app, std::move(key.service), std::move(key.key)});
  out.commits = std::move(kept->commits);
  out.holds = std::move(kept->holds);
  out.downtimes = std::move(kept->downtimes);
  // Without it a service that asks for a reboot waits, as in a supervisor that cannot look either.
  if (auto boot = host::look_at_boot(
        {.proc = "/proc", .flag = where.reboot_flag, .notes = where.reboot_notes}))
    out.boot = std::move(*boot);
  out.os = host::look_at_os_settings(where.config);
  out.images.rows = std::move(kept->rows);
  std::sort(out.images.rows.begin(), out.images.rows.end());
  if (auto looked = look_at_engine(engine, out); !looked)
    return fail(looked.error().with_context("looking at the engine at " + where.engine));
  if (auto looked = look_at_locks(where, out); !looked)
    return fail(looked.error().with_context("looking for update locks"));
  return out;
}

} // namespace copal
