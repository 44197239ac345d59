#include "main/edges.hpp"

#include "adapters/http/address.hpp"
#include "adapters/log/log.hpp"
#include "main/listening.hpp"

#include <utility>

namespace copal {

namespace {

/// The file that the target comes from; without a path when none was named.
target_file_config file_of(const settings& with) {
  target_file_config out;
  out.path = with.compose.empty() ? with.target : with.compose;
  out.form = with.compose.empty() ? dialect::cloud_v3 : dialect::compose;
  out.project = with.project_name;
  out.variables = compose_variables();
  out.root = with.where.root;
  return out;
}

result<held_engine> hold_engine(const settings& with, const target_file_config& file) {
  if (file.path.empty())
    return nullptr;
  const auto now = target_file::read_once(file);
  auto held = target_file::engine_claim::take(
    with.where.runtime_dir, {with.where.engine, now.project, now.path});
  if (!held)
    return fail(std::move(held.error()));
  return std::make_shared<const target_file::engine_claim>(std::move(*held));
}

} // namespace

result<edge_settings> edge_settings_of(const settings& with) {
  auto server = http::address::parse(with.where.engine);
  if (!server)
    return fail(std::move(server.error()));
  auto listen =
    listen_addresses(with.listen, !with.facts.api_endpoint.empty(), with.facts.listen_port);
  if (!listen)
    return fail(std::move(listen.error()));
  edge_settings out;
  out.engine.server = std::move(*server);
  out.engine.logins = with.logins;
  out.store.path = with.where.state_dir / "copal.sqlite";
  out.store.older = with.where.older_database;
  out.host.root = with.where.root;
  out.registry.logins = with.logins;
  out.host.lock_root = with.where.lock_dir;
  out.host.host_lock_root = with.where.host_lock_dir;
  out.host.files_root = with.service_files.here;
  out.host.state_partition = with.where.state_partition;
  // Where the host OS looks for it, unless the locks have another place.
  out.host.reboot_flag = with.where.reboot_flag;
  out.host.reboot_notes = with.where.reboot_notes;
  out.host.config_file = {with.where.config, with.where.config_copy};
  if (with.may_reboot)
    out.logind = logind_config{.bus = with.where.system_bus.string()};
  out.web.listen = std::move(*listen);
  out.file = file_of(with);
  auto held = hold_engine(with, out.file);
  if (!held)
    return fail(std::move(held.error()));
  out.held = std::move(*held);
  return out;
}

edges make_edges(loop& io, const edge_settings& with) {
  edges out;
  out.engine = [&io, engine = with.engine](caf::actor_system&,
                 std::uint64_t,
                 const event_sink_actor& events,
                 const pull_sink_actor& pulls) { return spawn_engine(io, engine, events, pulls); };
  out.store = [store = with.store](
                caf::actor_system& system, std::uint64_t) { return spawn_store(system, store); };
  out.host = [&io, host = with.host](caf::actor_system&,
               std::uint64_t,
               const lock_sink_actor& news) { return spawn_host(io, host, news); };
  out.registry = [&io, registry = with.registry](
                   caf::actor_system&, std::uint64_t) { return spawn_registry(io, registry); };
  if (with.logind) {
    out.power = [&io, logind = *with.logind](
                  caf::actor_system&, std::uint64_t) { return spawn_logind(io, logind); };
  }
  out.web = [&io, web = with.web](caf::actor_system&, std::uint64_t, const api_actor& api) {
    return spawn_web(io, web, api);
  };
  out.log = [](caf::actor_system& system, std::uint64_t) { return spawn_log(system); };
  if (with.held) {
    out.target_file = [&io, file = with.file, held = with.held](caf::actor_system&,
                        std::uint64_t incarnation,
                        const target_file_sink_actor& news) {
      return spawn_target_file(io, file, *held, incarnation, news);
    };
  }
  return out;
}

} // namespace copal
