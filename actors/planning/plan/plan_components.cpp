// Networks and volumes. Source: spec/state-engine.md §3 and §5.2.

#include "actors/planning/identity.hpp"
#include "actors/planning/plan/plan_parts.hpp"
#include "actors/planning/plan/subjects.hpp"

#include <algorithm>
#include <optional>

namespace copal::planning {

namespace {

/// The service that still uses a network or volume; null when none does.
const supervised_container* user_of(const situation& s, const part& x) {
  const auto it = std::find_if(s.engine.containers.begin(),
    s.engine.containers.end(),
    [&x](const auto& c) { return uses(c.what.config, x); });
  return it == s.engine.containers.end() ? nullptr : &*it;
}

const engine_network* find_network(const situation& s, const std::string& name) {
  const auto it = std::find_if(s.engine.networks.begin(),
    s.engine.networks.end(),
    [&name](const engine_network& n) { return n.name == name; });
  return it == s.engine.networks.end() ? nullptr : &*it;
}

bool has_volume(const situation& s, const std::string& name) {
  return std::any_of(s.engine.volumes.begin(),
    s.engine.volumes.end(),
    [&name](const engine_volume& v) { return v.name == name; });
}

/// The step that removes it; nothing when it is not there. A stranger's network of that name stays.
std::optional<step> removal_of(const situation& s, app_id app, const part& x, const char* why) {
  if (x.what == part::kind::volume)
    return has_volume(s, x.name) ? std::optional{step{app, remove_volume{x.name}, why}}
                                 : std::nullopt;
  const auto& all = s.engine.networks;
  const auto it = std::find_if(all.begin(), all.end(), [&x](const engine_network& n) {
    return n.name == x.name && is_supervised(n.config.labels);
  });
  return it == all.end() ? std::nullopt
                         : std::optional{step{app, remove_network{it->id, x.name}, why}};
}

/// A network or volume goes when nothing uses it any more.
void plan_leaving(const situation& s, const app_standing& app, const part& x, plan_builder& out) {
  const auto wait_for = [&](const std::string& end) {
    out.wait({wait_reason::kind::in_use, app.id, part_subject(x), x.name + " goes when " + end});
  };
  if (const auto* user = user_of(s, x); user != nullptr)
    return wait_for(user->who.name.value + " has gone");
  for (const auto& pair : app.pairs) {
    // A container that is just being made may be about to join it.
    if (out.is_busy(service_subject(app.id, pair.target->name)))
      return wait_for("the step on " + pair.target->name.value + " has ended");
  }
  const auto purged = x.what == part::kind::volume && s.asked.purged.contains(app.id);
  const auto* why = purged                    ? "a purge was asked for"
                    : app.missing.contains(x) ? "its configuration differs"
                                              : reason_not_wanted;
  if (auto removal = removal_of(s, app.id, x, why))
    out.add(std::move(*removal));
}

bool is_wanted(const std::vector<app_standing>& apps, const part& x) {
  return std::any_of(apps.begin(), apps.end(), [&x](const app_standing& app) {
    return std::any_of(app.pairs.begin(), app.pairs.end(), [&x](const service_pair& pair) {
      return uses(pair.target->config, x);
    });
  });
}

} // namespace

bool is_supervisor_network(const network_config& config) {
  const auto bridge = config.driver_opts.find("com.docker.network.bridge.name");
  const auto wanted = supervisor_network_config();
  return bridge != config.driver_opts.end() && bridge->second == supervisor_network
         && config.pools.size() == 1 && config.pools.front().subnet == wanted.pools.front().subnet
         && config.pools.front().gateway == wanted.pools.front().gateway;
}

std::vector<field_difference> supervisor_network_differences(const network_config& config) {
  return is_supervisor_network(config) ? std::vector<field_difference>{}
                                       : differences(config, supervisor_network_config());
}

network_config supervisor_network_config() {
  network_config config;
  config.driver_opts["com.docker.network.bridge.name"] = supervisor_network;
  config.pools.push_back({"10.114.104.0/25", "10.114.104.1", {}, {}});
  return config;
}

void plan_components(const situation& s, const app_standing& app, plan_builder& out) {
  for (const auto& one : app.leaving) {
    if (one != network_part(supervisor_network))
      plan_leaving(s, app, one, out);
  }
  if (app.target == nullptr || !app.target->release)
    return;
  for (const auto& n : app.target->release->networks) {
    const auto own = network_part(n.engine_name);
    if (app.missing.contains(own) && !app.leaving.contains(own))
      out.add({app.id, create_network{n.engine_name, n.config}, "it does not exist"});
  }
  // A purge makes them anew when all have gone.
  if (s.asked.purged.contains(app.id))
    return;
  for (const auto& v : app.target->release->volumes) {
    const auto own = volume_part(v.engine_name);
    if (app.missing.contains(own) && !app.leaving.contains(own))
      out.add({app.id, create_volume{v.engine_name, v.config}, "it does not exist"});
  }
}

void tell_left_so(const app_standing& app, plan_builder& out) {
  const auto wait = [&](const std::string& subject, const std::string& text) {
    out.wait({wait_reason::kind::not_kept, app.id, subject, text});
  };
  const auto again = [](const std::string& what) {
    return " was made anew, and the engine still shows: " + what + "; it is left so";
  };
  for (const auto& pair : app.pairs) {
    const auto& name = pair.target->name.value;
    const auto subject = service_subject(app.id, pair.target->name);
    if (!pair.left_so.empty())
      wait(subject, name + ": its container" + again(pair.left_so));
    for (const auto& [one, what] : app.left_so) {
      if (uses(pair.wanted, one))
        wait(subject, name + ": " + one.name + again(what));
    }
  }
  for (const auto& [one, what] : app.left_so)
    wait(part_subject(one), one.name + again(what));
}

namespace {

/// Once the volume is there, so that the OS is told of none that is missing. No service waits for
/// it: what it does with its mount does not depend on where the OS looks.
void plan_firmware_setting(const situation& s, plan_builder& out) {
  if (!s.os || s.os->firmware_volume == extra_firmware_volume)
    return;
  const auto& now = s.os->firmware_volume;
  out.add({{},
    set_firmware_volume{extra_firmware_volume},
    now.empty() ? "config.json names none" : "config.json names " + now});
}

bool is_to_be_made_anew(const situation& s, const engine_network& supervisors) {
  const auto differing = supervisor_network_differences(supervisors.config);
  return !differing.empty()
         && !is_left_so(
           s, part_subject(network_part(supervisor_network)), differing, supervisors.id.value);
}

} // namespace

void plan_system(const situation& s, const std::vector<app_standing>& apps, plan_builder& out) {
  if (is_wanted(apps, network_part(supervisor_network))) {
    const auto* now = find_network(s, supervisor_network);
    if (now == nullptr)
      out.add({{}, create_network{supervisor_network, supervisor_network_config()}, "asked for"});
    else if (is_to_be_made_anew(s, *now) && user_of(s, network_part(supervisor_network)) == nullptr)
      out.add({{}, remove_network{now->id, now->name}, "its configuration differs"});
  }
  if (is_wanted(apps, volume_part(extra_firmware_volume))) {
    if (!has_volume(s, extra_firmware_volume))
      out.add({{}, create_volume{extra_firmware_volume, {}}, "asked for"});
    else
      plan_firmware_setting(s, out);
  }
}

} // namespace copal::planning
