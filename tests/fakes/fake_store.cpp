#include "tests/fakes/fake_store.hpp"

#include "actors/spawn.hpp"
#include "tests/fakes/fake_edge.hpp"

#include <algorithm>
#include <tuple>

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

namespace copal::test {

namespace {

using fake_child = with_timers<supervised<store_actor>>;

struct fake_store_state {
  fake_store_state() {}
  static inline const char* name = "store";

  std::shared_ptr<store_world> world;
  std::shared_ptr<fault_source> faults;
  promised_work work;
};

using self_ptr = fake_child::stateful_pointer<fake_store_state>;

bool is_same_row(image_row a, image_row b) {
  a.engine_id = b.engine_id = {};
  a.ours = b.ours = false;
  return a == b;
}

store::stored put_row(store_world& world, const store::put_row& msg) {
  const auto it = std::find_if(world.rows.begin(), world.rows.end(), [&msg](const image_row& r) {
    return is_same_row(r, msg.row);
  });
  if (it == world.rows.end())
    world.rows.push_back(msg.row);
  else if (*it == msg.row)
    return {};
  else
    *it = msg.row;
  ++world.writes;
  std::sort(world.rows.begin(), world.rows.end());
  return {};
}

store::stored drop_row(store_world& world, const store::drop_row& msg) {
  world.writes +=
    std::erase_if(world.rows, [&msg](const image_row& r) { return is_same_row(r, msg.row); });
  return {};
}

store::stored save_target(store_world& world, const store::save_target& msg) {
  if (world.target != msg.doc) {
    world.target = msg.doc;
    ++world.writes;
  }
  return {};
}

store::stored save_commit(store_world& world, const store::save_commit& msg) {
  if (!msg.commit)
    world.writes += world.commits.erase(msg.app);
  else if (std::exchange(world.commits[msg.app], *msg.commit) != *msg.commit)
    ++world.writes;
  return {};
}

store::stored put_key(store_world& world, const store::put_key& msg) {
  std::erase_if(world.keys, [&msg](const store::service_key& k) {
    return k.app == msg.key.app && k.service == msg.key.service;
  });
  world.keys.push_back(msg.key);
  ++world.writes;
  return {};
}

store::stored put_hold(store_world& world, const store::put_hold& msg) {
  if (std::find(world.holds.begin(), world.holds.end(), msg.hold) != world.holds.end())
    return {};
  std::erase_if(world.holds, [&msg](const service_hold& h) {
    return h.app == msg.hold.app && h.service == msg.hold.service;
  });
  world.holds.push_back(msg.hold);
  std::sort(world.holds.begin(), world.holds.end(), [](const auto& a, const auto& b) {
    return std::tie(a.app, a.service) < std::tie(b.app, b.service);
  });
  ++world.writes;
  return {};
}

store::stored drop_hold(store_world& world, const store::drop_hold& msg) {
  world.writes += std::erase_if(world.holds,
    [&msg](const service_hold& h) { return h.app == msg.app && h.service == msg.service; });
  return {};
}

store::stored put_downtime(store_world& world, const service_downtime& downtime) {
  auto& all = world.downtimes;
  std::erase_if(all, [&downtime](const service_downtime& x) {
    return x.app == downtime.app && x.service == downtime.service;
  });
  all.push_back(downtime);
  ++world.writes;
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) {
    return std::tie(b.ended, a.app, a.service) < std::tie(a.ended, b.app, b.service);
  });
  if (all.size() > store::most_downtimes)
    all.resize(store::most_downtimes);
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) {
    return std::tie(a.app, a.service) < std::tie(b.app, b.service);
  });
  return {};
}

template <class Reply, class Call, class Effect>
auto on_call(self_ptr self, Effect effect) {
  return [self, effect](const Call& call) -> caf::result<Reply> {
    auto& st = self->state;
    return serve_in_order<Reply>(
      self, st.work, *st.faults, [world = st.world, effect, call]() -> result<Reply> {
        return effect(*world, call);
      });
  };
}

fake_child::behavior_type fake_store(
  self_ptr self, std::shared_ptr<store_world> world, std::shared_ptr<fault_source> faults) {
  self->state.world = std::move(world);
  self->state.faults = std::move(faults);
  using namespace store;
  using w = store_world;
  return {
    on_call<store_facts, load_facts>(self, [](w&, const auto&) { return store_facts{}; }),
    on_call<row_list, load_rows>(self, [](w& x, const auto&) { return row_list{x.rows}; }),
    on_call<stored, store::put_row>(self, [](w& x, const auto& c) { return put_row(x, c); }),
    on_call<stored, store::drop_row>(self, [](w& x, const auto& c) { return drop_row(x, c); }),
    on_call<stored_target, load_target>(
      self, [](w& x, const auto&) { return stored_target{x.target}; }),
    on_call<stored, store::save_target>(
      self, [](w& x, const auto& c) { return save_target(x, c); }),
    on_call<commit_list, load_commits>(
      self, [](w& x, const auto&) { return commit_list{x.commits}; }),
    on_call<stored, store::save_commit>(
      self, [](w& x, const auto& c) { return save_commit(x, c); }),
    on_call<key_list, load_keys>(self, [](w& x, const auto&) { return key_list{x.keys}; }),
    on_call<stored, store::put_key>(self, [](w& x, const auto& c) { return put_key(x, c); }),
    on_call<hold_list, load_holds>(self, [](w& x, const auto&) { return hold_list{x.holds}; }),
    on_call<stored, store::put_hold>(self, [](w& x, const auto& c) { return put_hold(x, c); }),
    on_call<stored, store::drop_hold>(self, [](w& x, const auto& c) { return drop_hold(x, c); }),
    on_call<store::downtime_list, store::load_downtimes>(
      self, [](w& x, const auto&) { return store::downtime_list{x.downtimes}; }),
    on_call<stored, store::put_downtime>(
      self, [](w& x, const auto& c) { return put_downtime(x, c.downtime); }),
    [](const wake_up&) {},
    [](const probe&) { return alive{}; },
    [self](const timer_due& due) { self->state.work.run(due); },
  };
}

} // namespace

supervised<store_actor> spawn_fake_store(caf::actor_system& system,
  std::shared_ptr<store_world> world,
  std::shared_ptr<fault_source> faults) {
  return spawn_actor(system, fake_store, std::move(world), std::move(faults));
}

} // namespace copal::test
