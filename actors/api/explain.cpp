// GET /v2/explain.

#include "actors/api/explained.hpp"
#include "actors/api/parts.hpp"
#include "actors/api/replies.hpp"

#include <utility>

namespace copal::api_parts {

namespace {

/// The source of the target answers from memory, the host after a look into a few folders.
constexpr std::chrono::seconds source_deadline{1};
constexpr std::chrono::seconds locks_deadline{1};

struct answer_under_way {
  api::scope of;
  host::find_user_locks locks;
  caf::typed_response_promise<api::reply> promise;
  api::heard from;
};

/// Only those who may see the whole device are told of the file.
bool is_source_asked(const api_state& st, const api::scope& of) {
  return st.links.source && !of.only;
}

/// Every service in scope that there is, or that there is to be.
host::find_user_locks locks_to_find(const progress& now, const api::scope& of) {
  host::find_user_locks out;
  for (const auto& c : now.engine.containers) {
    if (of.holds(c.who.app))
      out.services[c.who.app].insert(c.who.name);
  }
  for (const auto& app : now.target.apps) {
    if (!app.release || !of.holds(app.id))
      continue;
    for (const auto& service : app.release->services)
      out.services[app.id].insert(service.name);
  }
  return out;
}

void give(self_ptr self, answer_under_way& x) {
  x.promise.deliver(api::success_reply(api::explained(*self->state.where, x.of, x.from)));
}

void ask_locks(self_ptr self, answer_under_way x) {
  if (x.locks.services.empty())
    return give(self, x);
  self->request(self->state.links.host, locks_deadline, x.locks)
    .then(
      [self, x](host::found_locks& found) mutable {
        x.from.locks = std::move(found.held);
        give(self, x);
      },
      [self, x](const caf::error&) mutable { give(self, x); });
}

void ask_source(self_ptr self, answer_under_way x) {
  const auto& st = self->state;
  if (!is_source_asked(st, x.of))
    return ask_locks(self, std::move(x));
  self->request(st.links.source, source_deadline, get_target_source{})
    .then(
      [self, x](target_source_state& found) mutable {
        x.from.source = std::move(found);
        ask_locks(self, std::move(x));
      },
      [self, x](const caf::error& why) mutable {
        x.from.source.emplace().problem =
          "what the target's file holds is not known now: " + to_string(from_caf(why));
        ask_locks(self, std::move(x));
      });
}

} // namespace

outcome serve_explain(self_ptr self, const api::request&, const api::scope& of) {
  const auto& st = self->state;
  if (!st.where)
    return kept(self, api::failure_reply(503, "The state of the device is not known yet"));
  auto locks = locks_to_find(*st.where, of);
  if (!is_source_asked(st, of) && locks.services.empty())
    return kept(self, api::success_reply(api::explained(*st.where, of)));
  auto promise = self->make_response_promise<api::reply>();
  ask_source(self, {of, std::move(locks), promise, {}});
  return promise;
}

} // namespace copal::api_parts
