// The keys with which services speak to the local API.

#include "actors/conductor/deadlines.hpp"
#include "actors/conductor/parts.hpp"
#include "actors/planning/backoff.hpp"
#include "actors/planning/normalise/api_keys.hpp"
#include "actors/planning/normalise/normalise.hpp"

#include <algorithm>

namespace copal::conductor_parts {

namespace {

/// The target as it is with the keys that are known now.
void read_target_again(conductor_state& st) {
  auto found = planning::normalise_target(*st.doc, st.config.device);
  if (!found) { // It was understood without them.
    st.has_target = false;
    st.problem = "the target is not understood: " + found.error().what;
    return;
  }
  st.now.target = std::move(found->target);
  st.warnings = std::move(found->warnings);
}

void take_keys(self_ptr self, const keys::issued_keys& issued) {
  auto& st = self->state;
  auto& known = st.config.device.service_keys;
  for (const auto& key : issued.items) {
    std::erase_if(
      known, [&key](const auto& x) { return x.app == key.app && x.service == key.service; });
    known.push_back(key);
  }
  if (st.has_target)
    read_target_again(st);
}

void ask_for_keys(self_ptr self, std::vector<keys::wanted_key> wanted) {
  self->state.asking_keys = true;
  self->request(self->state.links.keys, deadlines::store, keys::get_keys{std::move(wanted)})
    .then(
      [self](const keys::issued_keys& issued) {
        self->state.asking_keys = false;
        self->state.key_failures = 0;
        take_keys(self, issued);
        replan(self);
      },
      [self](const caf::error&) {
        auto& st = self->state;
        st.asking_keys = false;
        st.pauses.set(
          self, keys_timer, planning::backoff(++st.key_failures, st.config.longest_pause));
      });
}

} // namespace

bool lacks_keys(self_ptr self) {
  auto& st = self->state;
  auto missing =
    planning::missing_keys(st.now.target, st.config.device.service_keys, st.now.engine);
  if (missing.empty())
    return false;
  using kind = wait_reason::kind;
  const auto why = st.now.engine.complete ? kind::in_progress : kind::engine_away;
  st.waits.clear();
  for (const auto& x : missing)
    st.waits.push_back({why,
      x.app,
      "service:" + to_string(x.app) + '/' + x.service.value,
      x.service.value + " waits for its key to the local API"});
  // What a container carries counts before a new key, so all must have been seen.
  if (st.now.engine.complete && !st.asking_keys && !st.pauses.running(keys_timer))
    ask_for_keys(self, std::move(missing));
  return true;
}

} // namespace copal::conductor_parts
