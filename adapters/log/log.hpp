#pragma once

#include "messages/protocol/journal.hpp"

#include <string>
#include <string_view>

#include <caf/actor_system.hpp>

namespace copal {

/// How lines look.
enum class log_style : std::uint8_t {
  plain,   ///< Time and level in front, for terminals and files.
  journal, ///< Priority in front, as the systemd journal reads it from standard error.
};

struct log_settings {
  log_level level = log_level::info; ///< Lines below it are not written.
  log_style style = log_style::plain;
};

/// Sets up the process's log, on standard error. A thread of its own writes, so that nobody waits
/// for a reader that does not read: of more than 1024 waiting lines the oldest are lost. Once,
/// before the first line; adapters and `main` write to it with spdlog's functions.
void open_log(const log_settings& config);

/// Writes out what waits, and ends the thread. Afterwards nothing is written any more.
void close_log();

/// Spawns the edge through which actors write to the process's log.
supervised<log_actor> spawn_log(caf::actor_system& system);

/// The text as one line: line ends and other control characters become spaces, what is longer than
/// 4 KiB is cut.
std::string one_line(std::string_view text);

/// The level of a name: `trace`, `debug`, `info`, `warning` (or `warn`), `error`.
result<log_level> log_level_of(std::string_view name);

} // namespace copal
