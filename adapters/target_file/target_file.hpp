#pragma once

#include "adapters/target_file/claim.hpp"
#include "adapters/target_file/follower.hpp"
#include "messages/protocol/supervision.hpp"
#include "messages/protocol/target_file.hpp"

#include <cstdint>
#include <filesystem>
#include <string>

namespace copal {

class loop;

struct target_file_config {
  std::filesystem::path path; ///< A relative one is taken from the current folder.
  dialect form = dialect::compose;
  std::string project; ///< Given by the operator; empty: the file says, see `target_file::decode`.
  yaml::variables variables;        ///< Of the process's environment; null: none is set.
  std::filesystem::path root = "/"; ///< The host's, as seen from here.
  target_file::pauses pauses;
  target_file::inotify_maker make_inotify = nullptr; ///< Null: the system's.
};

namespace target_file {

/// Looks once, without watching. What is read is the whole answer, so that a start can tell at once
/// what is wrong: `why` of the code `not_found` means that there is no such file.
reading read_once(const target_file_config& config);

} // namespace target_file

using supervised_target_file_actor = supervised<target_file_actor>;

/// Starts the edge to the file on the asio thread: it watches the file, and `.env` beside a compose
/// file, and tells `news` what they hold on waking up and after each change. Nothing wakes it
/// while they rest. `held` is the right to the engine: no target is read without it.
supervised_target_file_actor spawn_target_file(loop& where,
  target_file_config config,
  const target_file::engine_claim& held,
  std::uint64_t incarnation,
  target_file_sink_actor news);

} // namespace copal
