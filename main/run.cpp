#include "main/run.hpp"

#include "adapters/log/log.hpp"
#include "adapters/loop/loop.hpp"
#include "adapters/system/memory.hpp"
#include "adapters/system/notify.hpp"
#include "main/edges.hpp"
#include "main/local_api.hpp"
#include "main/quiet_system.hpp"
#include "main/settings.hpp"
#include "main/signals.hpp"
#include "main/tree.hpp"
#include "main/version.hpp"

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <random>

#include <caf/actor_system.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>
#include <spdlog/spdlog.h>
#include <unistd.h>

namespace copal {

namespace {

using namespace std::chrono_literals;

constexpr int cannot_start = 1;

/// The whole end, from the signal on, takes no longer.
constexpr std::chrono::milliseconds end_bound = 9s;

/// How often the children are asked for a sign of life, when no watchdog wants it more often. Each
/// time wakes every thread.
constexpr std::chrono::milliseconds usual_probe_period = 60s;

/// When memory is given back: once the start is over, and after that what a burst has taken.
constexpr std::chrono::seconds first_tidying = 10s;
constexpr std::chrono::minutes tidying_period = 10min;

/// What keys of the local API are made from; the system's own source.
key_material draw_key_material() {
  std::random_device source;
  key_material out{};
  for (auto& byte : out)
    byte = static_cast<std::uint8_t>(source());
  return out;
}

tree_config config_of(const settings& with) {
  tree_config out;
  out.conductor.device = with.facts;
  out.target_source.take_over = with.take_over;
  const auto wall_clock = [] {
    return std::chrono::time_point_cast<wall_time::duration>(std::chrono::system_clock::now());
  };
  out.target_source.wall_clock = wall_clock;
  out.conductor.wall_clock = wall_clock;
  out.containers.wall_clock = wall_clock;
  out.images.wall_clock = wall_clock;
  out.images.own_image = with.own_image;
  out.images.kept_free = with.kept_free;
  out.images.engine_is_here = !with.facts.engine_socket.empty();
  out.keys.draw = draw_key_material;
  out.api.words = {version_number(), with.facts.os_version, with.facts.listen_port};
  out.root.probe_period = usual_probe_period;
  if (const auto period = service_manager::watchdog_period())
    out.root.probe_period = std::min(
      out.root.probe_period, std::chrono::duration_cast<std::chrono::milliseconds>(*period / 2));
  return out;
}

/// Why the root ended, told from its thread to the main thread.
struct ending {
  std::atomic<bool> over{false};
  std::atomic<int> code{0};
};

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

/// Waits a moment until the local API listens, and tells where. It may come later: a port that is
/// taken must not keep the device from its target. False when the end was asked for meanwhile.
bool tell_listening(signal_line& signals, caf::scoped_actor& self, const tree& it) {
  auto listens = false;
  for (auto tries = 0; tries < 100 && !listens; ++tries) {
    self->request(it.web, 1s, api::get_listening{})
      .receive(
        [&listens](const api::listening& now) {
          for (const auto& where : now.addresses) {
            listens = true;
            spdlog::info("the local API listens on http://{}", where);
          }
        },
        [](const caf::error&) {});
    if (!listens && signals.wait(20ms) == signal_line::kind::end)
      return false;
  }
  return true;
}

/// Leaves where the local API is, and its key, to commands on this machine. False: not known yet.
bool tell_commands(caf::scoped_actor& self, const tree& it, const settings& with) {
  local_api api;
  self->request(it.web, 1s, api::get_listening{})
    .receive([&api](const api::listening& now) { api.url = url_of(now.addresses); },
      [](const caf::error&) {});
  self->request(it.keys, 1s, keys::get_key_ring{})
    .receive(
      [&api](const keys::key_ring& ring) { api.key = ring.global; }, [](const caf::error&) {});
  if (api.url.empty() || api.key.empty())
    return false;
  if (const auto told = tell_local_api(with.where.state_dir, api); !told)
    spdlog::warn("`copal explain` will not find the local API: {}", told.error().what);
  return true;
}

using moment = std::chrono::steady_clock::time_point;

/// Feeds the watchdog, tells commands where the API is once that is known, and now and then gives
/// memory back, until something ends the process.
void keep_watch(signal_line& signals,
  const ending& end,
  caf::scoped_actor& self,
  const tree& it,
  const settings& with) {
  const auto period = service_manager::watchdog_period();
  const auto begun = std::chrono::steady_clock::now();
  auto feeding = period ? begun + *period / 2 : moment::max();
  auto tidying = begun + first_tidying;
  auto telling = begun;
  for (std::chrono::milliseconds pause = 20ms; !end.over;) {
    const auto left = std::min({feeding, tidying, telling}) - std::chrono::steady_clock::now();
    const auto longest = std::max(left, moment::duration::zero());
    const auto heard = signals.wait(std::chrono::ceil<std::chrono::milliseconds>(longest));
    if (heard == signal_line::kind::end)
      return;
    const auto now = std::chrono::steady_clock::now();
    if (now >= telling) {
      // The keys may still be on their way from the disk.
      telling = tell_commands(self, it, with) ? moment::max() : now + pause;
      pause = std::min<std::chrono::milliseconds>(pause * 2, 1min);
    }
    if (now >= tidying) {
      give_back_idle_memory();
      tidying = now + tidying_period;
    }
    if (now >= feeding) {
      if (is_well(self, it.root))
        service_manager::feed_watchdog();
      feeding = now + *period / 2;
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

/// A reader of the log that does not read must not keep the process.
void end_log() {
  ::alarm(1);
  close_log();
  ::alarm(0);
}

/// The supervisor itself, once everything is known. Does not return when the end takes too long.
int supervise(signal_line& signals, const settings& with, const edge_settings& stand_on) {
  share_heap();
  quiet_system config;
  caf::actor_system system{config};
  loop io{system};
  auto end = std::make_shared<ending>();
  auto it = plant_tree(system, config_of(with), make_edges(io, stand_on));
  it.root->attach_functor([end, &signals](const caf::error& reason) {
    end->code = static_cast<int>(exit_code_of(reason));
    end->over = true;
    signals.wake();
  });
  io.start();
  {
    caf::scoped_actor self{system};
    if (tell_listening(signals, self, it)) {
      service_manager::tell_ready();
      keep_watch(signals, *end, self, it, with);
    }
  }
  const auto asked = !end->over;
  const auto in_time = !asked || stop(signals, *end, it);
  const int code = end->code;
  if (!in_time || code != 0) {
    // What hangs would keep the actor system's destructor, too.
    if (asked)
      spdlog::warn("not everything ended in time");
    else
      spdlog::error("cannot go on; the service manager is to start this anew");
    end_log();
    std::_Exit(in_time ? code : static_cast<int>(exit_code::child_hangs));
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
  const auto log = log_settings_of(options);
  if (!log)
    return refuse(log.error());
  signal_line signals; // before the first thread
  open_log(*log);
  const auto refused = [](const error& why) {
    end_log();
    return refuse(why);
  };
  const auto with = find_settings(options);
  if (!with)
    return refused(with.error());
  const auto stand_on = edge_settings_of(*with);
  if (!stand_on)
    return refused(stand_on.error());
  tell_start(*with);
  const auto code = supervise(signals, *with, *stand_on);
  end_log();
  return code;
}

} // namespace copal
