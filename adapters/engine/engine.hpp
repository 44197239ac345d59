#pragma once

#include "adapters/http/address.hpp"
#include "adapters/http/limits.hpp"
#include "messages/model/registry_login.hpp"
#include "messages/protocol/engine.hpp"
#include "messages/protocol/supervision.hpp"

#include <chrono>

namespace copal {

class loop;

/// How long the engine may take. Past it the answer is `timeout`, and what it did is unknown.
struct engine_deadlines {
  std::chrono::milliseconds look{30'000};          ///< Lists and inspections.
  std::chrono::milliseconds change{120'000};       ///< Create, start, connect, rename.
  std::chrono::milliseconds removal{300'000};      ///< Deleting many files of an image takes long.
  std::chrono::milliseconds beyond_grace{30'000};  ///< To stop, after the grace is over.
  std::chrono::milliseconds pull_silence{300'000}; ///< A pull that says nothing for so long.
  std::chrono::milliseconds events_taken{30'000};  ///< For the sink to take a batch.
  std::chrono::milliseconds progress_every{250};   ///< At most so often ...
  std::chrono::milliseconds progress_beat{15'000}; ///< ... and at least.
};

struct engine_config {
  http::address server; ///< The engine's socket.
  http::limits limits;
  engine_deadlines deadlines;
  registry_logins logins; ///< For pulls that bring no token of their own.
};

using supervised_engine_actor = supervised<engine_actor>;

/// Spawns the engine's edge on the asio thread. It connects when first asked; there need not be an
/// engine. Events go to `events`, the progress of pulls to `pulls`. With its end all sockets close
/// and what was asked is answered `unavailable`.
supervised_engine_actor spawn_engine(
  loop& where, engine_config config, event_sink_actor events, pull_sink_actor pulls);

} // namespace copal
