#pragma once

#include "actors/timers.hpp"
#include "messages/protocol/store.hpp"
#include "messages/protocol/supervision.hpp"
#include "messages/protocol/target_file.hpp"

#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

namespace copal {

/// The target source as the root sees it.
using target_source_child = with_timers<supervised<target_source_actor>>;

/// Whom it talks to: stable handles.
struct target_source_links {
  target_file_actor file;
  conductor_actor conductor;
  store_actor store;
  target_source_sink_actor sink; ///< Hears of each change; may be null.
};

struct target_source_config {
  /// The operator says that this file takes the place of the one that the stored target is from.
  bool take_over = false;
  std::function<wall_time()> wall_clock; ///< For the time of acceptance; null: the epoch is told.
  /// No pause between two tries is longer.
  std::chrono::milliseconds longest_pause = std::chrono::minutes{1};
};

struct target_source_memory {
  target_source_memory() {}
  static inline const char* name = "target_source";

  enum class admission : std::uint8_t {
    unknown,  ///< The store was not asked yet.
    asking,   ///< It is being asked.
    refused,  ///< The stored target is from another file, which is there still.
    admitted, ///< Nothing speaks against this file.
  };

  target_source_config config;
  target_source_links links;

  admission allowed = admission::unknown;
  std::optional<target_file::reading> latest;
  std::optional<target_document> accepted; ///< What the conductor took last from us.
  bool sending = false;
  bool send_again = false; ///< Something newer came meanwhile.
  bool insist = false;     ///< Sent also when it is what was accepted last.
  bool force = false;      ///< Sent with force; until one was accepted, or refused for good.

  // Why the file is not the target; the first that is not empty is told.
  std::string refusal;      ///< Of the state folder.
  std::string read_problem; ///< The edge did not answer.
  std::string send_problem; ///< The conductor's answer.

  target_source_state now;
  std::optional<target_source_state> told;

  std::int64_t admission_failures = 0; ///< In a row, as the next two.
  std::int64_t read_failures = 0;
  std::int64_t send_failures = 0;
  timers<std::string> pauses;
};

/// Brings what the file holds to the conductor: once its content changed, and again, with growing
/// pauses, as long as the conductor cannot take it. A content that the conductor refuses, or a file
/// that is gone, leaves the target before it standing until the file changes. A file is not
/// followed while the stored target is from another one that is there still
/// (docs/decisions/0071).
target_source_child::behavior_type target_source(
  target_source_child::stateful_pointer<target_source_memory> self,
  target_source_config config,
  target_source_links links);

} // namespace copal
