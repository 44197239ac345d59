// GET /v1/device.

#include "actors/api/parts.hpp"
#include "actors/api/replies.hpp"

#include <utility>

namespace copal::api_parts {

namespace {

/// The addresses are read from memory; a caller who waits longer gets the last ones known.
constexpr std::chrono::milliseconds addresses_deadline{500};

void answer_waiting(self_ptr self) {
  auto& st = self->state;
  const auto body =
    api::device_state(st.where ? &*st.where : nullptr, st.addresses, st.config.words);
  for (auto& asker : std::exchange(st.waiting, {}))
    asker.deliver(api::json_reply(200, body));
}

} // namespace

void look_for_addresses(self_ptr self) {
  self->request(self->state.links.host, addresses_deadline, host::get_addresses{})
    .then(
      [self](host::addresses& found) {
        self->state.addresses = std::move(found);
        answer_waiting(self);
      },
      [self](const caf::error&) { answer_waiting(self); });
}

outcome serve_device(self_ptr self, const api::request&, const api::scope&) {
  auto& st = self->state;
  auto promise = self->make_response_promise<api::reply>();
  st.waiting.push_back(promise);
  if (st.waiting.size() == 1) // Who comes meanwhile gets the same answer.
    look_for_addresses(self);
  return promise;
}

} // namespace copal::api_parts
