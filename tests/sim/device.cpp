#include "tests/sim/device.hpp"

#include "actors/planning/identity.hpp"
#include "actors/planning/normalise/normalise.hpp"
#include "actors/planning/plan/kept_files.hpp"
#include "tests/fakes/fake_engine.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <set>

namespace copal::test {

namespace {

/// Tells at the end how many updates a run has seen, however it is divided into tests.
struct tally {
  std::uint64_t count = 0;
  ~tally() {
    if (count > 0)
      std::printf("sim: %llu targets were sent\n", static_cast<unsigned long long>(count));
  }
};
tally sent_targets;

} // namespace

simulated_device::simulated_device(std::uint64_t seed)
  : system(seed),
    faults(std::make_shared<fault_source>(system.random().fork())),
    chance_(seed) {
  // Well after the epoch, so that "never" and "at the beginning" are told apart.
  epoch_ = wall_time{std::chrono::hours{24 * 365 * 50}};
  world->now = [this] { return epoch_ + std::chrono::nanoseconds{system.elapsed()}; };
  world->before_loss = [this](
                         const std::string& what, const std::string& id) { watch_over(what, id); };
  world->before_start = [this](const container& c) { watch_start(c); };
  files->says_after = [this](const auto& asked) { return draw_takeover(asked); };
  power->accepts = [this] { watch_reboot(); };
}

std::optional<std::chrono::milliseconds> simulated_device::draw_takeover(
  const host::await_handover& asked) {
  const auto kind = chance_.below(10);
  if (kind < 3)
    return std::nullopt;
  if (kind > 7) {
    const container* young = nullptr;
    for (const auto& [id, c] : world->containers) {
      const auto who = planning::identify(c.name, c.config.labels);
      if (who && who->app == asked.app && who->name == asked.service
          && (young == nullptr || young->created < c.created))
        young = &c;
    }
    if (young != nullptr && young->state == container_state::running) {
      note_disturbed(young->id);
      world->crash(young->id, 1);
      world->recover(); // by its policy, at once
    }
  }
  return std::chrono::milliseconds{chance_.between(0, kind < 6 ? 3'000 : 100'000)};
}

device_facts simulated_device::facts() {
  device_facts facts;
  facts.uuid = device_uuid{"aaaaaaaabbbbbbbbccccccccdddddddd"};
  facts.name = "sim";
  facts.type = "generic-amd64";
  facts.arch = "amd64";
  facts.os_version = "SimOS 1.0";
  facts.hostname = "simhost";
  facts.supervisor_version = "1.2.3";
  return facts;
}

void simulated_device::start() {
  edges from;
  from.engine = [this](caf::actor_system& actors,
                  std::uint64_t,
                  const event_sink_actor& events,
                  const pull_sink_actor& pulls) {
    return spawn_fake_engine(actors, world, faults, events, pulls);
  };
  from.store = [this](caf::actor_system& actors, std::uint64_t) {
    return spawn_fake_store(actors, disk, faults);
  };
  from.host = [this](caf::actor_system& actors, std::uint64_t, const lock_sink_actor& news) {
    return spawn_fake_host(actors, files, faults, news);
  };
  if (can_reboot) {
    from.power = [this](caf::actor_system& actors, std::uint64_t) {
      return spawn_fake_power(actors, power, faults);
    };
  }
  if (listens) {
    from.log = [this](caf::actor_system& actors, std::uint64_t) -> supervised<log_actor> {
      return actors.spawn([this]() -> supervised<log_actor>::behavior_type {
        return {
          [this](const log_line& line) { said.push_back(line); },
          [](const wake_up&) {},
          [](const probe&) { return alive{}; },
        };
      });
    };
  }
  from.registry = [this](caf::actor_system& actors, std::uint64_t) {
    return spawn_fake_registry(actors, world, faults);
  };
  tree_config config;
  config.conductor.device = facts();
  config.conductor.wall_clock = [this] { return world->now(); };
  config.containers.wall_clock = config.conductor.wall_clock;
  config.images.wall_clock = config.conductor.wall_clock;
  config.api.words = {"1.2.3", facts().os_version, facts().listen_port};
  config.keys.draw = [this] {
    key_material out{};
    for (auto& byte : out)
      byte = static_cast<std::uint8_t>(chance_.below(256));
    return out;
  };
  handles = plant_tree(system.actors(), config, std::move(from));
}

void simulated_device::power_cut() {
  for (auto& x : wished) {
    if (!x.told.there() && !x.cut)
      x.cut = system.now();
  }
  handles = {};
  world->on_event = nullptr;
  world->end_stream = [] {};
  forgiven_ = world->now();
  for (const auto* name : {"root",
         "relay",
         "conductor",
         "containers",
         "images",
         "keys",
         "api",
         "engine",
         "store",
         "host",
         "power",
         "registry"}) {
    for (const auto& actor : system.running(name))
      caf::anon_send_exit(caf::actor_cast<caf::actor>(actor), caf::exit_reason::kill);
  }
  system.settle();
}

void simulated_device::engine_outage(std::chrono::seconds away) {
  world->reachable = false;
  world->end_stream();
  system.run_for(away);
  std::set<container_id> up;
  for (const auto& [id, c] : world->containers) {
    if (c.state != container_state::exited)
      up.insert(id);
  }
  world->restart_engine();
  for (const auto& [id, c] : world->containers) {
    if (c.state == container_state::exited && up.contains(id))
      note_disturbed(id);
  }
  world->reachable = true;
}

void simulated_device::reboot() {
  power_cut();
  told_to_reboot_.reset();
  world->broken.clear();
  files->own.clear();
  files->locks.clear();
  files->files.clear();
  files->said.clear();
  auto rebooted = std::move(files->boot.rebooted);
  rebooted.merge(files->boot.noted);
  files->boot = {files->boot.id + "+",
    world->now(),
    false,
    {},
    std::move(rebooted),
    std::move(files->boot.unkept)};
  world->restart_engine();
  for (const auto& [id, c] : world->containers) {
    if (c.state == container_state::exited)
      note_disturbed(id);
  }
  start();
}

bool simulated_device::reboot_as_told() {
  if (!told_to_reboot_)
    return false;
  if (*told_to_reboot_ != changes_made(*world))
    violations.emplace_back("something was done while the device went down");
  reboot();
  return true;
}

answer<target_accepted> simulated_device::send_target(value doc, bool force) {
  return send_target(target_document{dialect::cloud_v3, "the simulation", std::move(doc)}, force);
}

answer<target_accepted> simulated_device::send_target(target_document document, bool force) {
  auto found = planning::normalise_target(document, facts());
  ++sent_targets.count;
  auto told = ask(system, handles.conductor, set_target{document, force});
  if (found)
    possible.push_back({std::move(document), std::move(found->target), force, system.now(), told});
  return told;
}

answer<requests::performed> simulated_device::send_request(const requests::perform& what) {
  auto told = ask(system, handles.conductor, what);
  wished.push_back({what, system.now(), told});
  return told;
}

bool simulated_device::is_asked(app_id app, const service_name& service) const {
  // Steps that were begun for it may end late.
  constexpr std::chrono::minutes late{5};
  return std::any_of(wished.begin(), wished.end(), [&](const sent_request& x) {
    using requests::verb;
    const auto v = x.what.what;
    const auto whole = v == verb::restart_app || v == verb::purge_app;
    if (x.what.app != app || v == verb::start_service
        || (service.empty() ? v != verb::purge_app : !whole && x.what.service != service))
      return false;
    // A stop holds.
    if (v == verb::stop_service || (!x.told.there() && !x.cut))
      return true;
    return system.now() < late + (x.told.there() ? x.at + x.told.took() : *x.cut);
  });
}

std::vector<std::string> simulated_device::unanswered() const {
  constexpr std::chrono::minutes longest{11};
  std::vector<std::string> out;
  for (const auto& x : wished) {
    if (!x.told.there() && x.cut)
      continue;
    const auto took = x.told.there() ? x.told.took() : system.now() - x.at;
    if (took > longest)
      out.push_back(to_string(x.what.what) + " of app " + to_string(x.what.app) + ' '
                    + x.what.service.value + (x.told.there() ? ": late" : ": never"));
  }
  return out;
}

bool simulated_device::insist_on(const value& doc) {
  return insist_on(target_document{dialect::cloud_v3, "the simulation", doc});
}

bool simulated_device::insist_on(const target_document& document) {
  for (auto tries = 0; tries < 200; ++tries) {
    const auto sent = send_target(document);
    system.run_until([&sent] { return sent.there(); }, std::chrono::seconds{60});
    if (sent.there() && sent.get()) {
      if (sent.get()->changed)
        forgiven_ = world->now();
      // A step that was begun under the target before may still be on its way.
      system.run_for(std::chrono::milliseconds{300});
      possible.erase(possible.begin(), possible.end() - 1);
      return true;
    }
    system.run_for(std::chrono::seconds{5});
  }
  return false;
}

void simulated_device::know_keys() {
  auto known = facts();
  for (const auto& key : disk->keys)
    known.service_keys.push_back({key.app, key.service, key.key});
  for (auto& sent : possible)
    sent.target = planning::normalise_target(sent.doc, known).value().target;
}

progress simulated_device::where() {
  for (auto tries = 0; tries < 60; ++tries) {
    auto asked = ask(system, handles.conductor, get_progress{});
    system.run_until([&asked] { return asked.there(); }, std::chrono::seconds{1});
    if (asked.there() && asked.get()) {
      narrow(*asked.get());
      return *asked.get();
    }
    system.run_for(std::chrono::seconds{1});
  }
  return {};
}

void simulated_device::narrow(const progress& now) {
  system.settle();
  know_keys();
  if (!now.settled || !now.engine.busy.empty() || !faults->at_rest())
    return;
  // The earliest of those that ask for the same: what was sent since may be on the disk.
  const auto it = std::find_if(possible.begin(), possible.end(), [&now](const sent_target& s) {
    return s.accepted() && planning::without_contents(s.target) == now.target;
  });
  if (it == possible.end())
    return;
  narrowed += it == possible.begin() ? 0 : 1;
  possible.erase(possible.begin(), it);
  possible.front().force = false; // It was in force until the target was reached.
}

bool simulated_device::is_excused(const container& c) const {
  // A job that is done.
  if (c.state == container_state::exited && c.exit_code == 0
      && c.config.restart.mode == restart_mode::no && !c.config.command.empty()
      && c.config.command.back() == "exit 0")
    return true;
  // The event of a stop may come after what forgives it.
  constexpr std::chrono::seconds late{30};
  const auto it = disturbed.find(c.id);
  if (it == disturbed.end() || c.started > it->second)
    return false;
  switch (c.config.restart.mode) {
    case restart_mode::no:
      return true;
    case restart_mode::on_failure:
      return c.exit_code == 0;
    case restart_mode::unless_stopped:
      return forgiven_ < it->second + late;
    case restart_mode::always:
      return false;
  }
  return false;
}

bool simulated_device::run_until_settled(std::chrono::minutes limit) {
  const auto end = system.now() + limit;
  while (system.now() < end) {
    if (where().settled)
      return true;
    system.run_for(std::chrono::seconds{5});
    (void)reboot_as_told();
  }
  return where().settled;
}

void simulated_device::watch_reboot() {
  know_keys();
  for (auto& found : check_reboot(*this))
    violations.push_back(std::move(found));
  if (!told_to_reboot_)
    told_to_reboot_ = changes_made(*world);
}

void simulated_device::watch_start(const container& c) {
  if (c.started != wall_time{})
    return;
  know_keys();
  for (auto& found : check_start(*this, c))
    violations.push_back(std::move(found));
}

void simulated_device::watch_over(const std::string& what, const std::string& id) {
  know_keys();
  for (auto& found : check_loss(*this, what, id))
    violations.push_back(std::move(found));
}

} // namespace copal::test
