#include "adapters/store/store.hpp"

#include "adapters/store/opening.hpp"
#include "adapters/store/take_over.hpp"

#include <optional>
#include <type_traits>
#include <utility>

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

namespace copal {
namespace {

struct store_state {
  store_state() {}

  static inline const char* name = "store";
  std::optional<store::opened> db;
};

using self_ptr = supervised<store_actor>::stateful_pointer<store_state>;
static_assert(
  !std::is_constructible_v<store_state, supervised<store_actor>::base*>, "see docs: CAF traps");

/// Damage found while running: the next start must set the file aside.
void end_damaged(self_ptr self, const error& why) {
  auto& st = self->state;
  if (st.db->db->found_damage()) {
    st.db->db->leave_as_it_is(true);
    store::mark_damaged(st.db->facts.path, why.what);
  }
  self->quit(to_caf(why));
}

template <class T>
caf::result<T> answer(self_ptr self, result<T> outcome) {
  if (outcome)
    return std::move(*outcome);
  if (outcome.error().code == errc::corrupt)
    end_damaged(self, outcome.error());
  return to_caf(outcome.error());
}

caf::result<store::stored> answer(self_ptr self, result<void> outcome) {
  return answer(self, std::move(outcome).map([] { return store::stored{}; }));
}

result<store::opened> open_with_older(const store_config& config) {
  auto out = store::open_store(config.path);
  if (!out || config.older.empty() || config.older == config.path)
    return out;
  if (auto taken = store::take_over(*out, config.older); !taken)
    return fail(taken.error().with_context("taking over " + config.older.string()));
  return out;
}

supervised<store_actor>::behavior_type store_edge(self_ptr self, const store_config& config) {
  if (auto opened = open_with_older(config))
    self->state.db.emplace(std::move(*opened));
  else
    self->quit(to_caf(opened.error()));
  const auto rows = [self]() -> store::tables& { return self->state.db->rows; };
  return {
    [=](const store::load_rows&) { return answer(self, rows().rows()); },
    [=](const store::put_row& msg) { return answer(self, rows().put(msg.row)); },
    [=](const store::drop_row& msg) { return answer(self, rows().drop(msg.row)); },
    [=](const store::load_target&) { return answer(self, rows().target()); },
    [=](const store::save_target& msg) { return answer(self, rows().save(msg.doc)); },
    [=](const store::load_commits&) { return answer(self, rows().commits()); },
    [=](const store::save_commit& msg) { return answer(self, rows().save(msg.app, msg.commit)); },
    [=](const store::load_keys&) { return answer(self, rows().keys()); },
    [=](const store::put_key& msg) { return answer(self, rows().put(msg.key)); },
    [=](const store::load_holds&) { return answer(self, rows().holds()); },
    [=](const store::put_hold& msg) { return answer(self, rows().put(msg.hold)); },
    [=](const store::drop_hold& msg) { return answer(self, rows().drop(msg)); },
    [=](const store::load_downtimes&) { return answer(self, rows().downtimes()); },
    [=](const store::put_downtime& msg) { return answer(self, rows().put(msg.downtime)); },
    [=](const store::load_facts&) { return self->state.db->facts; },
    [](const wake_up&) {},
    [](const probe&) { return alive{}; },
  };
}

} // namespace

supervised<store_actor> spawn_store(caf::actor_system& system, store_config config) {
  return system.spawn<caf::detached>(store_edge, std::move(config));
}

} // namespace copal
