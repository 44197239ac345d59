#include "actors/journal/journal.hpp"

namespace copal {

namespace {

using self_ptr = journal_child::stateful_pointer<journal_state>;

void write(self_ptr self, const log_actor& log, std::vector<log_line> lines) {
  for (auto& line : lines)
    self->send(log, std::move(line));
}

} // namespace

journal_child::behavior_type journal(self_ptr self, log_actor log) {
  using journal_parts::narrate;
  return {
    [self, log](const progress& now) { write(self, log, narrate(self->state.told, now)); },
    [self, log](const step_note& note) { write(self, log, narrate(note)); },
    [self, log](const health& now) { write(self, log, narrate(self->state.told, now)); },
    [self, log](
      const target_source_state& now) { write(self, log, narrate(self->state.told, now)); },
    [](const wake_up&) {},
    [](const probe&) { return alive{}; },
  };
}

} // namespace copal
