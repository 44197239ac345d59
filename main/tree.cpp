#include "main/tree.hpp"

#include "actors/journal/journal.hpp"
#include "actors/root/relay.hpp"
#include "actors/spawn.hpp"

#include <caf/send.hpp>

namespace copal {

// NOLINTNEXTLINE(readability-function-size): the tree and its wiring are read in one go.
tree plant_tree(caf::actor_system& system, const tree_config& config, edges from) {
  using namespace std::chrono_literals;

  // The stable handles come first, so that everybody can be given everybody's.
  const auto store = spawn_relay<store_actor>(system, {"store"});
  const auto engine = spawn_relay<engine_actor>(system, {"engine"});
  const auto host = spawn_relay<host_actor>(system, {"host"});
  const auto registry = spawn_relay<registry_actor>(system, {"registry"});
  const auto power = spawn_relay<power_actor>(system, {"power"});
  const auto images_relay = spawn_relay<images_actor>(system, {"images"});
  const auto containers_relay = spawn_relay<containers_actor>(system, {"containers"});
  const auto keys_relay = spawn_relay<keys_actor>(system, {"keys"});
  const auto api_relay = spawn_relay<api_actor>(system, {"api"});
  const auto web = spawn_relay<web_actor>(system, {"web"});
  const auto conductor_relay = spawn_relay<conductor_actor>(system, {"conductor"});
  const auto log = spawn_relay<log_actor>(system, {"log"});
  const auto journal_relay = spawn_relay<journal_actor>(system, {"journal"});
  const auto file = spawn_relay<target_file_actor>(system, {"target_file"});
  const auto source_relay = spawn_relay<target_source_actor>(system, {"target_source"});

  // The wiring: who is given whose handle, and so who can talk to whom.
  images_links images_know{engine, store, conductor_relay, {}, host};
  if (from.registry)
    images_know.registry = registry;
  const containers_links containers_know{engine, conductor_relay, images_relay};
  const keys_links keys_know{store, api_relay};
  api_links api_knows{conductor_relay, keys_relay, host, web, {}};
  if (from.target_file) {
    api_knows.trigger = source_relay;
    api_knows.source = source_relay;
  }
  conductor_links conductor_knows{containers_relay, images_relay, store, host, keys_relay};
  if (from.power)
    conductor_knows.power = power;
  target_source_links source_knows{file, conductor_relay, store, {}};
  conductor_knows.watchers.emplace_back(api_relay);
  auto root_knows = config.root;
  root_knows.watchers.emplace_back(api_relay);
  if (from.log) {
    conductor_knows.watchers.emplace_back(journal_relay);
    conductor_knows.journal = journal_relay;
    root_knows.watchers.emplace_back(journal_relay);
    source_knows.sink = journal_relay;
  }

  // The tree: what is started in this order, ended in the reverse one, and restarted how often
  // within ten minutes before the process gives up and the service manager starts it whole.
  const restart_budget edge{20, 10min, 1s, 30s, 1min};    // The outside fails more than we do.
  const restart_budget decider{10, 10min, 1s, 30s, 1min}; // A bug that comes back is not healed so.
  const restart_budget patient{1000, 10min, 1s, 30s, 1min}; // Its back-off keeps it below that.
  std::vector<child_spec> children;
  // First up and last down, so that it can tell of all the others.
  if (from.log) {
    children.push_back(child_of<log_actor>("log", decider, log, from.log));
    children.push_back(child_of<journal_actor>(
      "journal", decider, journal_relay, [log, store](caf::actor_system& sys, std::uint64_t) {
        return spawn_actor(sys, journal, log, store);
      }));
  }
  // Without its store nothing may be decided; a damaged file is set aside when it opens again.
  children.push_back(child_of<store_actor>("store", edge, store, from.store));
  children.push_back(child_of<engine_actor>("engine",
    edge,
    engine,
    [start = from.engine, containers_relay, images_relay](
      caf::actor_system& sys, std::uint64_t incarnation) {
      // The watch died with the one before; only its successor's start tells of it.
      if (incarnation > 1)
        caf::anon_send(containers_relay,
          engine::watch_ended{0, {errc::unavailable, "the engine's edge was restarted"}});
      return start(sys, incarnation, containers_relay, images_relay);
    }));
  // Its watch on users' locks dies with it; who waits for one tries again after a pause.
  children.push_back(child_of<host_actor>("host",
    edge,
    host,
    [start = from.host, conductor_relay](caf::actor_system& sys, std::uint64_t incarnation) {
      return start(sys, incarnation, conductor_relay);
    }));
  if (from.registry)
    children.push_back(child_of<registry_actor>("registry", edge, registry, from.registry));
  if (from.power)
    children.push_back(child_of<power_actor>("power", edge, power, from.power));
  children.push_back(child_of<keys_actor>("keys",
    decider,
    keys_relay,
    [keys_know, settings = config.keys](caf::actor_system& sys, std::uint64_t) {
      return spawn_actor(sys, run_keys, settings, keys_know);
    }));
  // On waking up they ask for themselves: images its rows and the engine's list, containers a watch
  // on the engine and its lists, the conductor its target and both views.
  children.push_back(child_of<images_actor>("images",
    decider,
    images_relay,
    [images_know, limits = config.images](caf::actor_system& sys, std::uint64_t incarnation) {
      return spawn_actor(sys, images, images_know, limits, incarnation);
    }));
  children.push_back(child_of<containers_actor>("containers",
    decider,
    containers_relay,
    [containers_know, settings = config.containers](
      caf::actor_system& sys, std::uint64_t incarnation) {
      return spawn_actor(sys, containers, containers_know, settings, incarnation);
    }));
  children.push_back(child_of<conductor_actor>("conductor",
    decider,
    conductor_relay,
    [conductor_knows, settings = config.conductor](caf::actor_system& sys, std::uint64_t) {
      return spawn_actor(sys, conductor, settings, conductor_knows);
    }));

  // The file's edge tells what it holds when it comes up; whoever hears it may come up later, and
  // asks.
  if (from.target_file) {
    children.push_back(child_of<target_file_actor>("target_file",
      edge,
      file,
      [start = from.target_file, source_relay](caf::actor_system& sys, std::uint64_t incarnation) {
        return start(sys, incarnation, source_relay);
      }));
    children.push_back(child_of<target_source_actor>("target_source",
      decider,
      source_relay,
      [source_knows, settings = config.target_source](caf::actor_system& sys, std::uint64_t) {
        return spawn_actor(sys, target_source, settings, source_knows);
      }));
  }
  // It tells `web` what no longer holds, and asks the conductor and `keys` where they stand.
  children.push_back(child_of<api_actor>("api",
    decider,
    api_relay,
    [api_knows, settings = config.api](caf::actor_system& sys, std::uint64_t incarnation) {
      return spawn_actor(sys, run_api, settings, api_knows, incarnation);
    }));
  // Without it the containers go on: a port that another program has is no reason to give up.
  if (from.web)
    children.push_back(child_of<web_actor>("web",
      patient,
      web,
      [start = from.web, api_relay](caf::actor_system& sys, std::uint64_t incarnation) {
        return start(sys, incarnation, api_relay);
      }));

  tree out;
  out.root = spawn_root(system, root_knows, std::move(children));
  out.conductor = conductor_relay;
  out.containers = containers_relay;
  out.images = images_relay;
  out.engine = engine;
  out.store = store;
  out.host = host;
  if (from.target_file)
    out.target_source = source_relay;
  out.keys = keys_relay;
  out.api = api_relay;
  out.web = web;
  return out;
}

} // namespace copal
