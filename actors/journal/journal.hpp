#pragma once

#include "actors/journal/narrate.hpp"
#include "messages/protocol/journal.hpp"
#include "messages/protocol/store.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

namespace copal {

/// The journal as the root sees it.
using journal_child = supervised<journal_actor>;

struct journal_state {
  journal_state() {}
  static inline const char* name = "journal";

  journal_parts::story told;
  std::uint64_t store_asked = 0; ///< The incarnation of the store that was asked what it found.
};

/// Turns what the others tell into lines for the log. A new incarnation tells where the device
/// stands once more.
journal_child::behavior_type journal(
  journal_child::stateful_pointer<journal_state> self, log_actor log, store_actor store);

} // namespace copal
