// What must never be done, and what must be so in the end. Written against the specification, not
// against the planner.

#include "actors/planning/identity.hpp"
#include "tests/sim/image_names.hpp"
#include "tests/sim/standing.hpp"

#include <algorithm>

namespace copal::test {

namespace {

template <class Test>
bool under_every(const std::vector<sent_target>& possible, Test test) {
  return !possible.empty()
         && std::all_of(possible.begin(), possible.end(), [&test](const sent_target& s) {
              return test(s.target);
            });
}

const target_app* find_rejected(const device_target& target, app_id id) {
  const auto it = std::find_if(target.apps.begin(), target.apps.end(), [id](const target_app& app) {
    return app.id == id && app.rejected;
  });
  return it == target.apps.end() ? nullptr : &*it;
}

/// Whatever there is of the app has to stay: its release cannot run on this device.
bool is_rejected(const simulated_device& device, app_id app) {
  return under_every(
    device.possible, [app](const device_target& t) { return find_rejected(t, app) != nullptr; });
}

bool is_stop_asked(const simulated_device& device, const container_identity& who) {
  return std::any_of(device.wished.begin(), device.wished.end(), [&who](const sent_request& x) {
    return x.what.what == requests::verb::stop_service && x.what.app == who.app
           && x.what.service == who.name;
  });
}

std::vector<std::string> check_container(
  const simulated_device& device, const std::string& what, const container& c) {
  const auto said = what + " of " + c.name;
  const auto who = planning::identify(c.name, c.config.labels);
  if (!who)
    return {said + ": it is not ours"};
  std::vector<std::string> found;
  const auto up = c.state == container_state::running;
  const auto& world = *device.world;
  if (is_rejected(device, who->app))
    found.push_back(said + ": the release of its app was rejected");
  const auto asked = device.is_asked(who->app, who->name);
  if (up && !asked && under_every(device.possible, [&](const device_target& t) {
        return is_to_stay(world, t, c, *who);
      }))
    found.push_back(said + ": nothing of it had changed");
  // Who asks that it stops does not ask for what replaces it.
  const auto handed_over = planning::is_retired({*who, c});
  if (up && !is_stop_asked(device, *who) && !(handed_over && has_successor(world, c, *who))
      && under_every(
        device.possible, [&](const device_target& t) { return !may_stop_early(world, t, *who); }))
    found.push_back(said + ": what replaces it was not there");
  const auto hurt = device.hurt.find({who->app, who->name});
  const auto is_hurt =
    hurt != device.hurt.end() && world.now() - hurt->second < std::chrono::minutes{2};
  if (up && !is_hurt && !asked && !is_stop_asked(device, *who) && !has_successor(world, c, *who)
      && under_every(device.possible,
        [&](const device_target& t) { return is_to_hand_over(world, t, c, *who); }))
    found.push_back(said + ": nobody took over from it");
  // The end of a hand-over asks for no lock.
  for (const auto& lock : device.files->locks) {
    if (handed_over)
      break;
    // A lock file in the folder of a service that does not exist is nobody's.
    const auto held = lock.app == who->app && !containers_of(world, lock.app, lock.service).empty();
    if (up && held)
      found.push_back(said + ": a user holds the lock of " + lock.service.value);
  }
  const auto own = device.files->own.find(who->app);
  if (up && !handed_over && (own == device.files->own.end() || !own->second.contains(who->name)))
    found.push_back(said + ": its lock is not the supervisor's");
  return found;
}

/// Some target that may be in force has a volume of that name.
bool is_named(const simulated_device& device, const std::string& volume) {
  const auto names = [&volume](const target_app& app) {
    return app.release
           && std::any_of(app.release->volumes.begin(),
             app.release->volumes.end(),
             [&volume](const target_volume& v) { return v.engine_name == volume; });
  };
  return std::any_of(
    device.possible.begin(), device.possible.end(), [&names](const sent_target& s) {
      return std::any_of(s.target.apps.begin(), s.target.apps.end(), names);
    });
}

std::vector<std::string> check_volume(const simulated_device& device, const std::string& name) {
  const auto* volume = find_volume(*device.world, name);
  const auto of = volume == nullptr ? std::nullopt : planning::volume_app(*volume);
  const auto purged = of && device.is_asked(*of, {});
  // One that was adopted because its app names it goes with the app's data.
  if (volume == nullptr
      || (!planning::is_supervised(volume->config.labels) && !(purged && is_named(device, name))))
    return {"removal of volume " + name + ": it is not ours"};
  const auto kept = under_every(device.possible, [&](const device_target& t) {
    return std::any_of(t.apps.begin(), t.apps.end(), [&](const target_app& app) {
      if (!planning::belongs_to(*volume, {app.id, app.uuid}))
        return false;
      if (!app.release)
        return true;
      const auto& wanted = app.release->volumes;
      return std::none_of(wanted.begin(), wanted.end(), [&](const target_volume& v) {
        return v.engine_name == name && !planning::differences(volume->config, v.config).empty();
      });
    });
  });
  if (kept && !purged)
    return {"removal of volume " + name + ": its app is in the target"};
  return {};
}

std::vector<std::string> check_network(const simulated_device& device, const std::string& name) {
  const auto* network = find_network(*device.world, name);
  if (network == nullptr
      || (!planning::is_supervised(network->config.labels) && name != "supervisor0"))
    return {"removal of network " + name + ": it is not ours"};
  if (const auto app = planning::network_app(*network); app && is_rejected(device, *app))
    return {"removal of network " + name + ": the release of its app was rejected"};
  return {};
}

std::vector<std::string> check_image(const simulated_device& device, const std::string& name) {
  const auto& world = *device.world;
  const auto by_id = world.images.find(engine_image_id{name});
  const auto* image = by_id != world.images.end() ? &by_id->second : find_image(world, name);
  if (image == nullptr)
    return {};
  // Fetched by us and by somebody else at the same time, it is ours by our record.
  const auto claimed =
    std::any_of(device.disk->rows.begin(), device.disk->rows.end(), [&](const image_row& r) {
      return r.ours && (r.name == name || r.engine_id == image->image.id);
    });
  const auto stranger = image->facts.labels.contains("stranger");
  if (stranger || (!claimed && !world.fetched.contains(image->image.id)))
    return {"removal of image " + name + ": it is not ours"};
  const auto left = without(world, name);
  for (const auto& row : device.disk->rows) {
    const auto stays = left.images.contains(row.engine_id) && find_image(left, row.name) != nullptr;
    if (row.engine_id == image->image.id && is_rejected(device, row.app) && !stays)
      return {"removal of image " + name + ": an app has it whose release was rejected"};
  }
  const auto loses = [&](const target_service& s) {
    const auto* has = find_image(world, s.image_name);
    return s.image_name == name
           || (has != nullptr && has->image.id == image->image.id
               && find_image(left, s.image_name) == nullptr);
  };
  const auto wanted = under_every(device.possible, [&](const device_target& t) {
    return std::any_of(t.apps.begin(), t.apps.end(), [&](const target_app& app) {
      return app.release
             && std::any_of(app.release->services.begin(), app.release->services.end(), loses);
    });
  });
  return wanted ? std::vector<std::string>{"removal of image " + name + ": the target needs it"}
                : std::vector<std::string>{};
}

void check_service(const simulated_device& device,
  const engine_world& world,
  const target_app& app,
  const target_service& service,
  std::vector<std::string>& out) {
  const auto said = "service " + service.name.value + " of app " + to_string(app.id);
  const auto all = containers_of(world, app.id, service.name);
  if (all.size() != 1)
    return out.push_back(said + " has " + std::to_string(all.size()) + " containers");
  const auto& c = *all.front();
  if (const auto found = differences_of(world, app, service, c); !found.empty())
    out.push_back(said + ": " + planning::summary(found));
  const auto name = planning::container_name({app.id,
    app.uuid,
    service.id,
    service.name,
    service.image,
    app.release->id,
    app.release->commit});
  if (c.name != name)
    out.push_back(said + " is named " + c.name);
  const auto up = c.state == container_state::running;
  // What was stopped by a request that has failed is healed by its policy, or not.
  const auto who = planning::identify(c.name, c.config.labels);
  const auto stays_down =
    who && is_stop_asked(device, *who) && c.config.restart.mode != restart_mode::always;
  if (service.running && !up && !stays_down && !device.is_excused(c))
    out.push_back(said + " is " + to_string(c.state));
  if (!service.running && up)
    out.push_back(said + " runs");
}

/// The row is a rejected app's, or the only one of an image that such an app runs from.
bool is_kept_for_rejected(
  const simulated_device& device, const device_target& target, const image_row& row) {
  if (find_rejected(target, row.app) != nullptr)
    return true;
  const auto& rows = device.disk->rows;
  const auto& all = device.world->containers;
  return std::any_of(all.begin(), all.end(), [&](const auto& entry) {
    const auto who = planning::identify(entry.second.name, entry.second.config.labels);
    return who && find_rejected(target, who->app) != nullptr
           && entry.second.config.image == row.engine_id.value
           && std::none_of(rows.begin(), rows.end(), [&](const image_row& r) {
                return r.app == who->app && r.engine_id == row.engine_id;
              });
  });
}

/// Without the row's name the engine would not have the image of another row that is to stay, or
/// not under the name by which that finds it now.
template <class Stays>
bool lends_its_name(const simulated_device& device, const image_row& row, Stays stays) {
  const auto left = without_row(*device.world, row);
  const auto& rows = device.disk->rows;
  return std::any_of(rows.begin(), rows.end(), [&](const image_row& r) {
    if (r.name == row.name || r.engine_id != row.engine_id || !stays(r))
      return false;
    return !left.images.contains(r.engine_id)
           || (find_image(*device.world, r.name) != nullptr && find_image(left, r.name) == nullptr);
  });
}

void check_rows(
  const simulated_device& device, const device_target& target, std::vector<std::string>& out) {
  std::size_t wanted = 0;
  for (const auto& app : target.apps) {
    if (!app.release)
      continue;
    for (const auto& service : app.release->services) {
      ++wanted;
      const auto& rows = device.disk->rows;
      const auto it = std::find_if(rows.begin(), rows.end(), [&](const image_row& r) {
        return r.app == app.id && r.used_by == service.name && r.commit == app.release->commit
               && r.name == service.image_name;
      });
      if (it == rows.end() || !device.world->images.contains(it->engine_id))
        out.push_back("image row of " + service.name.value + " is missing or has no image");
    }
    const auto commit = device.disk->commits.find(app.id);
    if (commit == device.disk->commits.end() || commit->second != app.release->commit)
      out.push_back("the commit of app " + to_string(app.id) + " is not recorded");
  }
  const auto is_wanted = [&target](const image_row& r) {
    const auto* app = find_app(target, r.app);
    const auto* service = app == nullptr ? nullptr : find_service(*app, r.used_by);
    return service != nullptr && r.commit == app->release->commit && r.name == service->image_name;
  };
  const auto stays = [&](const image_row& r) {
    return is_wanted(r) || is_kept_for_rejected(device, target, r);
  };
  const auto there =
    std::count_if(device.disk->rows.begin(), device.disk->rows.end(), [&](const image_row& r) {
      return is_wanted(r) || (!stays(r) && !lends_its_name(device, r, stays));
    });
  if (static_cast<std::size_t>(there) != wanted)
    out.push_back("there are " + std::to_string(there) + " image rows, and "
                  + std::to_string(wanted) + " wanted");
}

void check_surplus_containers(
  const engine_world& world, const device_target& target, std::vector<std::string>& out) {
  for (const auto& [id, c] : world.containers) {
    const auto who = planning::identify(c.name, c.config.labels);
    if (who && find_rejected(target, who->app) != nullptr)
      continue;
    const auto* app = who ? find_app(target, who->app) : nullptr;
    if (who && (app == nullptr || find_service(*app, who->name) == nullptr))
      out.push_back("container " + c.name + " is left over");
  }
}

void check_surplus(
  const simulated_device& device, const device_target& target, std::vector<std::string>& out) {
  const auto& world = *device.world;
  check_surplus_containers(world, target, out);
  for (const auto& n : world.networks) {
    const auto of = planning::network_app(n);
    if (!planning::is_supervised(n.config.labels) || (of && find_rejected(target, *of) != nullptr))
      continue;
    const auto known = std::any_of(target.apps.begin(), target.apps.end(), [&n](const auto& app) {
      return app.release
             && std::any_of(app.release->networks.begin(),
               app.release->networks.end(),
               [&n](const target_network& w) { return w.engine_name == n.name; });
    });
    if (!known)
      out.push_back("network " + n.name + " is left over");
  }
  for (const auto& v : world.volumes) {
    const auto of_app = [&v](const target_app& app) {
      return planning::belongs_to(v, {app.id, app.uuid});
    };
    if (planning::is_supervised(v.config.labels)
        && std::none_of(target.apps.begin(), target.apps.end(), of_app))
      out.push_back("volume " + v.name + " is left over");
  }
  for (const auto& [id, commit] : device.disk->commits) {
    const auto same = [id = id](const target_app& app) { return app.id == id; };
    if (std::none_of(target.apps.begin(), target.apps.end(), same))
      out.push_back("the commit of app " + to_string(id) + " is left over");
  }
  for (const auto& [id, one] : world.images) {
    const auto stranger = !world.fetched.contains(id);
    // The row of a fetch whose end was not heard stays as it is while its app's release is
    // rejected.
    const auto knows = [&, &id = id, &one = one](const image_row& r) {
      const auto names = one.image.tags.contains(r.name) || one.image.digests.contains(r.name);
      return r.engine_id == id || (names && find_rejected(target, r.app) != nullptr);
    };
    const auto used = std::any_of(device.disk->rows.begin(), device.disk->rows.end(), knows);
    if (!stranger && !used)
      out.push_back("image " + id.value.substr(0, 19) + " is left over");
  }
}

} // namespace

std::uint64_t changes_made(const engine_world& world) {
  std::uint64_t out = 0;
  for (const auto& [name, n] : world.calls) {
    const auto begins = [&name = name](const char* with) { return name.starts_with(with); };
    if (!begins("list_") && !begins("inspect_") && !begins("look_") && !begins("get_")
        && !begins("watch"))
      out += n;
  }
  return out;
}

std::vector<std::string> check_reboot(const simulated_device& device) {
  const auto& host = *device.files;
  const auto forced = std::any_of(device.possible.begin(),
    device.possible.end(),
    [](const sent_target& sent) { return sent.force; });
  std::vector<std::string> found;
  if (!host.boot.reboot)
    found.emplace_back("reboot: nobody has asked for one");
  if (!host.breadcrumbs.empty() && !forced)
    found.emplace_back("reboot: an update of the host's is not over");
  for (const auto& [id, c] : device.world->containers) {
    const auto who = planning::identify(c.name, c.config.labels);
    if (!who)
      continue;
    const auto is_its = [&who](const user_lock& lock) {
      return lock.app == who->app && lock.service == who->name;
    };
    if (!forced && std::any_of(host.locks.begin(), host.locks.end(), is_its))
      found.push_back("reboot: a user holds the lock of " + who->name.value);
    const auto own = host.own.find(who->app);
    if (own == host.own.end() || !own->second.contains(who->name))
      found.push_back("reboot: the lock of " + who->name.value + " is not the supervisor's");
  }
  return found;
}

std::vector<std::string> check_loss(
  const simulated_device& device, const std::string& what, const std::string& id) {
  if (what == "stop" || what == "remove") {
    const auto it = device.world->containers.find(container_id{id});
    return it == device.world->containers.end() ? std::vector<std::string>{}
                                                : check_container(device, what, it->second);
  }
  if (what == "remove network")
    return check_network(device, id);
  if (what == "remove volume")
    return check_volume(device, id);
  return check_image(device, id);
}

namespace {

void check_firmware(
  const simulated_device& device, const target_app& app, std::vector<std::string>& out) {
  constexpr const char* volume = "extra-firmware";
  const auto& services = app.release->services;
  const auto asks = std::any_of(services.begin(), services.end(), [](const target_service& s) {
    return std::any_of(s.config.mounts.begin(), s.config.mounts.end(), [](const mount& m) {
      return m.source == volume;
    });
  });
  if (!asks)
    return;
  if (find_volume(*device.world, volume) == nullptr)
    out.push_back("the volume of the extra firmware is missing");
  if (device.files->os.firmware_volume != volume)
    out.push_back("the OS is not told of the volume of the extra firmware");
}

} // namespace

std::vector<std::string> simulated_device::faults_against(const device_target& target) const {
  std::vector<std::string> out;
  const auto recorded = as_recorded(*world, disk->rows);
  for (const auto& app : target.apps) {
    if (!app.release)
      continue;
    for (const auto& service : app.release->services)
      check_service(*this, recorded, app, service, out);
    check_firmware(*this, app, out);
    if (!parts_are_in_place(*world, app))
      out.push_back("networks or volumes of app " + to_string(app.id) + " are not as wanted");
  }
  check_rows(*this, target, out);
  check_surplus(*this, target, out);
  return out;
}

} // namespace copal::test
