// What must be so before a container is started for the first time.

#include "actors/planning/compare/compare.hpp"
#include "actors/planning/compare/resolve.hpp"
#include "actors/planning/identity.hpp"
#include "tests/sim/device.hpp"

#include <algorithm>
#include <set>
#include <string>

namespace copal::test {

namespace {

/// Nothing has happened yet that lets a stop fail, or a container come up again.
bool all_went_well(const simulated_device& device) {
  static const std::set<std::string> harmless{
    "event doubled", "event late", "slow reply", "user lock", "tag moved", "moved tag fetched"};
  const auto& counts = device.faults->counts;
  return std::all_of(counts.begin(), counts.end(), [](const auto& entry) {
    return entry.second == 0 || harmless.contains(entry.first);
  });
}

/// How long Copal may believe what is no longer so: without events, until it looks anew.
std::chrono::minutes lateness(const simulated_device& device) {
  return std::chrono::minutes{all_went_well(device) ? 3 : 16};
}

/// A container is as another service waits for it. Copal knows of it with a delay, so that what was
/// so a short while ago counts.
bool is_met(
  const simulated_device& device, const dependency& on, const container& c, bool is_there) {
  const auto& world = *device.world;
  const auto late = lateness(device);
  switch (on.condition) {
    case dependency_condition::started:
      return c.started != wall_time{};
    case dependency_condition::healthy: {
      const auto it = world.last_healthy.find(c.id);
      return (is_there && c.health == health_state::healthy)
             || (it != world.last_healthy.end() && it->second + late > world.now());
    }
    case dependency_condition::completed:
      return c.state == container_state::exited && c.exit_code == 0
             && (is_there || c.finished + late > world.now());
  }
  return false;
}

bool is_met(const simulated_device& device, const target_app& app, const dependency& on) {
  const auto& world = *device.world;
  const auto late = lateness(device);
  const auto is_of = [&](const container& c) {
    const auto who = planning::identify(c.name, c.config.labels);
    return who && who->app == app.id && who->name == on.service;
  };
  const auto there = [&](const auto& entry) {
    return is_of(entry.second) && is_met(device, on, entry.second, true);
  };
  const auto was_there = [&](const auto& entry) {
    const auto& [c, when] = entry.second;
    return is_of(c) && when + late > world.now() && is_met(device, on, c, false);
  };
  return std::any_of(world.containers.begin(), world.containers.end(), there)
         || std::any_of(world.removed.begin(), world.removed.end(), was_there);
}

const target_service* find_service(const target_release& release, const service_name& name) {
  const auto& all = release.services;
  const auto it = std::find_if(
    all.begin(), all.end(), [&name](const target_service& s) { return s.name == name; });
  return it == all.end() ? nullptr : &*it;
}

/// Something that the service waits for under that target is not so.
bool waits_in_vain(
  const simulated_device& device, const device_target& target, const container_identity& who) {
  const auto app = std::find_if(target.apps.begin(), target.apps.end(), [&who](const auto& a) {
    return a.id == who.app && a.release;
  });
  const auto* service = app == target.apps.end() ? nullptr : find_service(*app->release, who.name);
  return service != nullptr
         && std::any_of(
           service->depends_on.begin(), service->depends_on.end(), [&](const dependency& on) {
             const auto* other = find_service(*app->release, on.service);
             return on.required && other != nullptr && other->running && !is_met(device, *app, on);
           });
}

/// A container is as another service waits for it, and has been for so long that Copal knows.
bool is_surely_met(const simulated_device& device, const dependency& on, const container& c) {
  const auto& world = *device.world;
  const auto under_way = all_went_well(device) ? std::chrono::seconds{30} : lateness(device);
  switch (on.condition) {
    case dependency_condition::started:
      return c.state == container_state::running && c.started + under_way < world.now();
    case dependency_condition::healthy: {
      const auto it = world.healthy_since.find(c.id);
      return c.health == health_state::healthy && it != world.healthy_since.end()
             && it->second + under_way < world.now();
    }
    case dependency_condition::completed:
      return c.state == container_state::exited && c.exit_code == 0
             && c.finished + under_way < world.now();
  }
  return false;
}

/// The old container may stay, as what its new one waits for may not be so.
bool may_be_kept(
  const simulated_device& device, const target_app& app, const target_service& service) {
  const auto& all = service.depends_on;
  return std::any_of(all.begin(), all.end(), [&](const dependency& on) {
    const auto& there = device.world->containers;
    return std::none_of(there.begin(), there.end(), [&](const auto& entry) {
      const auto who = planning::identify(entry.second.name, entry.second.config.labels);
      return who && who->app == app.id && who->name == on.service
             && is_surely_met(device, on, entry.second);
    });
  });
}

/// That container, of another release of the app, runs on beside the new one without need: under
/// that target it is to go, and neither its strategy nor a dependency keeps it.
bool is_mixed_in(const simulated_device& device,
  const device_target& target,
  const container_identity& young,
  const container& c,
  const container_identity& who) {
  if (who.app != young.app || who.commit == young.commit || !is_up(c)
      || planning::is_retired({who, c}))
    return false;
  const auto app = std::find_if(target.apps.begin(), target.apps.end(), [&who](const auto& a) {
    return a.id == who.app && a.release;
  });
  if (app == target.apps.end() || app->release->commit != young.commit)
    return false;
  // A hand-over asks for no lock, and so may go on beside what waits for one.
  const auto* own = find_service(*app->release, young.name);
  if (own == nullptr || own->strategy == update_strategy::hand_over)
    return false;
  const auto* service = find_service(*app->release, who.name);
  if (service == nullptr)
    return true; // not in the new release
  if (service->strategy == update_strategy::hand_over || may_be_kept(device, *app, *service))
    return false;
  const auto& world = *device.world;
  const auto image = std::find_if(world.images.begin(), world.images.end(), [&](const auto& x) {
    return x.second.image.tags.contains(service->image_name)
           || x.second.image.digests.contains(service->image_name);
  });
  if (image == world.images.end())
    return false;
  const auto wanted = planning::resolve(*service, &image->second.facts, image->first);
  return !planning::differences(c, wanted, {}).empty();
}

/// One of the release before that it is mixed with. Where something went wrong, one may have come
/// up without Copal's knowledge.
std::vector<std::string> check_mixture(
  const simulated_device& device, const container& c, const container_identity& young) {
  const auto& all = device.possible;
  if (all.empty() || device.is_asked(young.app, {}))
    return {};
  const auto unnoticed = all_went_well(device) ? std::chrono::minutes{0} : lateness(device);
  std::vector<std::string> found;
  for (const auto& [id, other] : device.world->containers) {
    const auto who = planning::identify(other.name, other.config.labels);
    if (!who || id == c.id || other.started + unnoticed > device.world->now())
      continue;
    const auto mixed =
      std::all_of(all.begin(), all.end(), [&, &other = other](const sent_target& sent) {
        return is_mixed_in(device, sent.target, young, other, *who);
      });
    if (mixed)
      found.push_back("start of " + c.name + ": " + other.name + " of the release before is up");
  }
  return found;
}

/// Somebody asked that the service starts, or that one stops which it may wait for.
bool is_start_asked(const simulated_device& device, const container_identity& who) {
  using requests::verb;
  return std::any_of(device.wished.begin(), device.wished.end(), [&who](const sent_request& x) {
    return x.what.app == who.app
           && (x.what.what == verb::stop_service
               || (x.what.what == verb::start_service && x.what.service == who.name));
  });
}

} // namespace

std::vector<std::string> check_start(const simulated_device& device, const container& c) {
  const auto who = planning::identify(c.name, c.config.labels);
  if (!who)
    return {};
  const auto& all = device.possible;
  const auto too_early = std::all_of(all.begin(), all.end(), [&](const sent_target& sent) {
    return waits_in_vain(device, sent.target, *who);
  });
  auto found = check_mixture(device, c, *who);
  // Who asks for a start asks for it now.
  if (too_early && !all.empty() && !is_start_asked(device, *who))
    found.push_back("start of " + c.name + ": what it waits for is not so");
  return found;
}

} // namespace copal::test
