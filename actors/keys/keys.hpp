#pragma once

#include "actors/timers.hpp"
#include "messages/protocol/keys.hpp"
#include "messages/protocol/store.hpp"
#include "messages/protocol/supervision.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <string>

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

namespace copal {

/// `keys` as the root sees it.
using keys_child = with_timers<supervised<keys_actor>>;

/// Where chance comes from: sixteen bytes that nobody can guess.
using key_material = std::array<std::uint8_t, 16>;

struct keys_config {
  std::function<key_material()> draw;                                ///< Called by the actor only.
  std::chrono::milliseconds longest_pause = std::chrono::minutes{1}; ///< Between two loads.
};

/// Whom `keys` talks to: stable handles.
struct keys_links {
  store_actor store;
  key_sink_actor sink; ///< May be null.
};

/// A question that waits for the store.
struct waiting_for_keys {
  keys::get_keys what;
  keys::issued_keys so_far;
  caf::typed_response_promise<keys::issued_keys> asker;
};

struct keys_state {
  keys_state() {}
  static inline const char* name = "keys";

  keys_config config;
  keys_links links;

  keys::key_ring ring; ///< What is on the disk.
  bool known = false;  ///< The store was read, and nothing may have been written without an answer.
  bool busy = false;   ///< A request to the store is under way.
  std::deque<waiting_for_keys> waiting; ///< The first one is being worked on.
  std::int64_t failures = 0;            ///< Of loads and of the global key, in a row.
  timers<std::string> pauses;
};

/// Owns the keys: reads them from the store, makes the global one at the first start, and one for
/// each service that is to have one. A key is given away only when it is on the disk. A key that
/// the store has lost and that a container still carries is taken back from there, so that the
/// container need not be made anew.
keys_child::behavior_type run_keys(
  keys_child::stateful_pointer<keys_state> self, keys_config config, keys_links links);

/// A UUID of version 4 without its dashes: 32 hex digits.
secret key_of(key_material chance);

/// Whether a text may be taken back as a key of ours: 32 lower-case hex digits.
bool is_key(const secret& text);

} // namespace copal
