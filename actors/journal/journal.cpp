#include "actors/journal/journal.hpp"

#include <chrono>
#include <utility>

namespace copal {

namespace {

using self_ptr = journal_child::stateful_pointer<journal_state>;
using journal_parts::narrate;

void write(self_ptr self, const log_actor& log, std::vector<log_line> lines) {
  for (auto& line : lines)
    self->send(log, std::move(line));
}

/// Asks each incarnation of the store what it found.
void ask_store(self_ptr self, const log_actor& log, const store_actor& store, const health& now) {
  constexpr std::chrono::seconds deadline{30};
  for (const auto& child : now.children) {
    if (child.name != "store" || child.state != child_state::up
        || std::exchange(self->state.store_asked, child.incarnation) == child.incarnation)
      continue;
    self->request(store, deadline, store::load_facts{})
      .then([self, log](const store::store_facts& found) { write(self, log, narrate(found)); },
        // It went down; the next one is asked.
        [](const caf::error&) {});
  }
}

} // namespace

journal_child::behavior_type journal(self_ptr self, log_actor log, store_actor store) {
  return {
    [self, log](const progress& now) { write(self, log, narrate(self->state.told, now)); },
    [self, log](const step_note& note) { write(self, log, narrate(note)); },
    [self, log, store](const health& now) {
      write(self, log, narrate(self->state.told, now));
      ask_store(self, log, store, now);
    },
    [self, log](
      const target_source_state& now) { write(self, log, narrate(self->state.told, now)); },
    [](const wake_up&) {},
    [](const probe&) { return alive{}; },
  };
}

} // namespace copal
