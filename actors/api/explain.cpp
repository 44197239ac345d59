// GET /v2/explain.

#include "actors/api/explained.hpp"
#include "actors/api/parts.hpp"
#include "actors/api/replies.hpp"

#include <utility>

namespace copal::api_parts {

namespace {

/// The source of the target answers from memory. An engine that hangs has hung for long when it is
/// asked here.
constexpr std::chrono::seconds source_deadline{1};
constexpr std::chrono::seconds engine_deadline{1};

struct answer_under_way {
  api::scope of;
  caf::typed_response_promise<api::reply> promise;
  api::heard from;
};

/// Only those who may see the whole device are told of the file.
bool is_source_asked(const api_state& st, const api::scope& of) {
  return st.links.source && !of.only;
}

/// Whoever looks after the engine tells that it is away, and not why.
bool is_engine_asked(const api_state& st) {
  return st.links.engine && !st.where->engine.complete;
}

void give(self_ptr self, answer_under_way& x) {
  x.promise.deliver(api::success_reply(api::explained(*self->state.where, x.of, x.from)));
}

void ask_engine(self_ptr self, answer_under_way x) {
  const auto& st = self->state;
  if (!is_engine_asked(st))
    return give(self, x);
  self->request(st.links.engine, engine_deadline, engine::get_traits{})
    .then(
      [self, x](const engine::traits&) mutable {
        x.from.engine.emplace();
        give(self, x);
      },
      [self, x](const caf::error& why) mutable {
        const auto reason = from_caf(why);
        x.from.engine = reason.code == errc::timeout ? "no answer in time" : to_string(reason);
        give(self, x);
      });
}

void ask_source(self_ptr self, answer_under_way x) {
  const auto& st = self->state;
  if (!is_source_asked(st, x.of))
    return ask_engine(self, std::move(x));
  self->request(st.links.source, source_deadline, get_target_source{})
    .then(
      [self, x](target_source_state& found) mutable {
        x.from.source = std::move(found);
        ask_engine(self, std::move(x));
      },
      [self, x](const caf::error& why) mutable {
        x.from.source.emplace().problem =
          "what the target's file holds is not known now: " + to_string(from_caf(why));
        ask_engine(self, std::move(x));
      });
}

} // namespace

outcome serve_explain(self_ptr self, const api::request&, const api::scope& of) {
  const auto& st = self->state;
  if (!st.where)
    return kept(self, api::failure_reply(503, "The state of the device is not known yet"));
  if (!is_source_asked(st, of) && !is_engine_asked(st))
    return kept(self, api::success_reply(api::explained(*st.where, of)));
  auto promise = self->make_response_promise<api::reply>();
  ask_source(self, {of, promise, {}});
  return promise;
}

} // namespace copal::api_parts
