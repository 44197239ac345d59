// POST /v1/update.

#include "actors/api/parts.hpp"
#include "actors/api/replies.hpp"

namespace copal::api_parts {

namespace {

/// The conductor answers from memory, and the caller waits.
constexpr std::chrono::seconds conductor_deadline{3};

/// Whether the device's configuration says that updates wait for their time.
/// Source: spec/host.md §4, `SUPERVISOR_INSTANT_UPDATE_TRIGGER`.
bool ignores_triggers(const api_state& st) {
  if (!st.where)
    return false;
  for (const auto* prefix : {"BALENA_", "RESIN_", ""}) {
    const auto& config = st.where->target.config;
    const auto it = config.find(std::string{prefix} + "SUPERVISOR_INSTANT_UPDATE_TRIGGER");
    if (it != config.end()) {
      const value text{it->second};
      return !api::is_truthy(&text);
    }
  }
  return false;
}

} // namespace

outcome serve_update(self_ptr self, const api::request& what, const api::scope&) {
  const auto& links = self->state.links;
  const auto force = api::is_truthy(what.body.find("force"));
  const auto cancel = api::is_truthy(what.body.find("cancel"));
  if (!force && ignores_triggers(self->state))
    return api::status_reply(202);
  if (links.trigger)
    self->send(links.trigger, look_for_target{force});
  auto promise = self->make_response_promise<api::reply>();
  self->request(links.conductor, conductor_deadline, apply_now{force, cancel})
    .then([promise](const applying&) mutable { promise.deliver(api::status_reply(204)); },
      [promise](const caf::error& why) mutable {
        promise.deliver(api::failure_reply(503, from_caf(why).what));
      });
  return promise;
}

} // namespace copal::api_parts
