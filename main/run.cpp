#include "main/run.hpp"

#include "adapters/engine/engine.hpp"
#include "adapters/host/host.hpp"
#include "adapters/json/json.hpp"
#include "adapters/loop/loop.hpp"
#include "adapters/store/store.hpp"
#include "adapters/system/notify.hpp"
#include "main/files.hpp"
#include "main/settings.hpp"
#include "main/signals.hpp"
#include "main/tree.hpp"
#include "main/version.hpp"

#include <atomic>
#include <cstdlib>
#include <iostream>
#include <memory>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>
#include <spdlog/spdlog.h>

namespace copal {

namespace {

using namespace std::chrono_literals;

constexpr int cannot_start = 1;

/// The whole end, from the signal on, takes no longer.
constexpr std::chrono::milliseconds end_bound = 9s;

/// How often the children are asked for a sign of life, when no watchdog wants it more often.
constexpr std::chrono::milliseconds usual_probe_period = 20s;

/// CAF without its polling: nothing wakes up at rest. Source: the measurements in docs/.
struct quiet_system : caf::actor_system_config {
  quiet_system() {
    set("scheduler.max-threads", std::size_t{1});
    set("work-stealing.relaxed-sleep-duration", caf::timespan(std::chrono::hours(1)));
    set("work-stealing.aggressive-poll-attempts", std::size_t{1});
    set("work-stealing.moderate-poll-attempts", std::size_t{0});
    set("logger.file-verbosity", caf::atom("quiet"));
    add_messages_to(*this);
  }
};

/// Why the root ended, told from its thread to the main thread.
struct ending {
  std::atomic<bool> over{false};
  std::atomic<int> code{0};
};

edges make_edges(loop& io, const settings& with) {
  edges out;
  engine_config engine;
  engine.server = *http::address::parse(with.where.engine); // `run` has checked it.
  out.engine = [&io, engine](caf::actor_system&,
                 std::uint64_t,
                 const event_sink_actor& events,
                 const pull_sink_actor& pulls) { return spawn_engine(io, engine, events, pulls); };
  out.store = [path = with.where.state_dir / "copal.sqlite"](
                caf::actor_system& system, std::uint64_t) { return spawn_store(system, {path}); };
  host_config host{with.where.lock_dir, with.where.host_lock_dir};
  out.host = [host](caf::actor_system& system, std::uint64_t) { return spawn_host(system, host); };
  out.log = [](caf::actor_system& system, std::uint64_t) { return spawn_log(system); };
  return out;
}

/// Every part answers, or is being started again by the root.
bool is_well(caf::scoped_actor& self, const root_actor& root) {
  auto well = false;
  self->request(root, 1s, get_health{})
    .receive(
      [&well](const health& now) {
        well = true;
        for (const auto& child : now.children)
          well = well && (child.state == child_state::up || child.state == child_state::down);
      },
      [](const caf::error&) {});
  return well;
}

/// Feeds the watchdog until something ends the process.
void keep_watch(signal_line& signals, const ending& end, caf::scoped_actor& self, const tree& it) {
  const auto period = service_manager::watchdog_period();
  while (!end.over) {
    const auto half =
      period ? std::chrono::duration_cast<std::chrono::milliseconds>(*period / 2) : 0ms;
    switch (period ? signals.wait(half) : signals.wait()) {
      case signal_line::kind::end:
        return;
      case signal_line::kind::wake:
        break;
      case signal_line::kind::none:
        if (is_well(self, it.root))
          service_manager::feed_watchdog();
        break;
    }
  }
}

/// Ends everything in order; false when that takes too long.
bool stop(signal_line& signals, const ending& end, const tree& it) {
  service_manager::tell_stopping();
  caf::anon_send(it.root, stop_all{});
  const auto limit = std::chrono::steady_clock::now() + end_bound;
  while (!end.over) {
    const auto left = limit - std::chrono::steady_clock::now();
    if (left <= 0s)
      return false;
    // A second Ctrl-C does not wait for the first.
    if (signals.wait(std::chrono::ceil<std::chrono::milliseconds>(left)) == signal_line::kind::end)
      return false;
  }
  return true;
}

void tell_start(const settings& with) {
  spdlog::info("{} on device {}", version_text(), with.device.uuid.value);
  spdlog::info("state in {}, engine at {}", with.where.state_dir.string(), with.where.engine);
  if (!with.compose.empty())
    spdlog::info("target: {}", with.compose.string());
  else if (!with.target.empty())
    spdlog::info("target: {}", with.target.string());
  else
    spdlog::info("target: the one that was accepted last (no file was named)");
}

tree_config config_of(const settings& with) {
  tree_config out;
  out.conductor.device = with.facts;
  out.root.probe_period = usual_probe_period;
  if (const auto period = service_manager::watchdog_period())
    out.root.probe_period = std::min(
      out.root.probe_period, std::chrono::duration_cast<std::chrono::milliseconds>(*period / 2));
  return out;
}

/// Asks the conductor to turn to a target. False when it is not up.
bool was_heard(caf::scoped_actor& self, const tree& it, const target_document& wanted) {
  auto heard = true;
  self->request(it.conductor, 30s, set_target{wanted, false})
    .receive([](const target_accepted&) {},
      [&heard](const caf::error& why) {
        const auto reason = from_caf(why);
        heard = reason.code != errc::unavailable;
        if (heard)
          spdlog::error("{}; the state before stands", reason.what);
      });
  return heard;
}

/// Reads the target's file once and gives it to the conductor, which may still be starting. False
/// when the process is to end meanwhile.
bool send_target(
  signal_line& signals, const settings& with, caf::scoped_actor& self, const tree& it) {
  if (with.target.empty())
    return true;
  const auto text = files::read(with.target, 16UL * 1024 * 1024);
  const auto doc = text ? json::parse(*text) : fail(text.error());
  if (!doc) {
    spdlog::error("{}: {}", with.target.string(), doc.error().what);
    return true;
  }
  const target_document wanted{dialect::cloud_v3, with.target.string(), *doc};
  for (auto tries = 0; tries < 100 && !was_heard(self, it, wanted); ++tries) {
    if (signals.wait(50ms) == signal_line::kind::end)
      return false;
  }
  return true;
}

/// The supervisor itself, once everything is known. Does not return when the end takes too long.
int supervise(signal_line& signals, const settings& with) {
  quiet_system config;
  caf::actor_system system{config};
  loop io{system};
  auto end = std::make_shared<ending>();
  auto it = plant_tree(system, config_of(with), make_edges(io, with));
  it.root->attach_functor([end, &signals](const caf::error& reason) {
    end->code = static_cast<int>(exit_code_of(reason));
    end->over = true;
    signals.wake();
  });
  io.start();
  service_manager::tell_ready();
  {
    caf::scoped_actor self{system};
    if (send_target(signals, with, self, it))
      keep_watch(signals, *end, self, it);
  }
  const auto in_order = end->over || stop(signals, *end, it);
  const int code = end->code;
  if (!in_order || code != 0) {
    // What hangs would keep the actor system's destructor, too.
    spdlog::log(in_order ? spdlog::level::err : spdlog::level::warn,
      in_order ? "cannot go on; the service manager is to start this anew"
               : "not everything ended in time");
    close_log();
    std::_Exit(code);
  }
  spdlog::info("ended; the containers go on");
  it = {};
  return code;
}

int refuse(const error& why) {
  std::cerr << "copal: " << why.what << '\n';
  return cannot_start;
}

} // namespace

int run(const run_options& options) {
  const auto log = log_settings(options);
  if (!log)
    return refuse(log.error());
  signal_line signals; // before the first thread
  open_log(*log);
  const auto with = find_settings(options);
  const auto engine =
    with ? http::address::parse(with->where.engine) : result<http::address>{http::address{}};
  if (!with || !engine) {
    close_log();
    return refuse(with ? engine.error() : with.error());
  }
  tell_start(*with);
  const auto code = supervise(signals, *with);
  close_log();
  return code;
}

} // namespace copal
