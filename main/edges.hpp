#pragma once

#include "adapters/engine/engine.hpp"
#include "adapters/host/host.hpp"
#include "adapters/logind/logind.hpp"
#include "adapters/loop/loop.hpp"
#include "adapters/registry/registry.hpp"
#include "adapters/store/store.hpp"
#include "adapters/target_file/target_file.hpp"
#include "adapters/web/web.hpp"
#include "main/settings.hpp"
#include "main/tree.hpp"
#include "messages/result.hpp"

#include <memory>
#include <optional>

namespace copal {

/// The right to keep an engine at a file's target; null when no file was named.
using held_engine = std::shared_ptr<const target_file::engine_claim>;

/// What each edge of a real device is to be given.
struct edge_settings {
  engine_config engine;
  store_config store;
  host_config host;
  registry_config registry;
  std::optional<logind_config> logind; ///< Absent: the machine is never rebooted.
  web_config web;
  target_file_config file;
  held_engine held;
};

/// Reads what was asked for, and takes the engine for the file. An error names what cannot be: the
/// engine's address, an address to listen on, an engine that follows another file.
result<edge_settings> edge_settings_of(const settings& with);

/// How to start each edge; nothing is connected or opened yet. What they do happens on `io`, which
/// outlives them, or on threads of their own.
edges make_edges(loop& io, const edge_settings& with);

} // namespace copal
