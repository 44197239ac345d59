#include "tests/fakes/fake_engine.hpp"

#include "actors/spawn.hpp"
#include "tests/fakes/fake_edge.hpp"

#include <deque>
#include <map>
#include <string>

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

namespace copal::test {

namespace {

using fake_child = with_timers<supervised<engine_actor>>;

/// Events that wait for the sink; above it the stream ends, as a real one that is not read does.
constexpr std::size_t most_events = 10'000;
constexpr std::size_t most_in_batch = 64;
constexpr std::chrono::seconds sink_deadline{30};

/// What the world says, until the actor reads it: the world may outlive the actor, and must not
/// call into one that has ended.
struct inbox {
  std::deque<engine::event> events;
  bool stream_ended = false;
};

struct fake_engine_state {
  fake_engine_state() {}
  static inline const char* name = "engine";

  std::shared_ptr<engine_world> world;
  std::shared_ptr<fault_source> faults;
  event_sink_actor events;
  pull_sink_actor pulls;
  promised_work work;
  std::shared_ptr<inbox> told = std::make_shared<inbox>();

  std::uint64_t watch = 0; ///< 0: nobody watches.
  std::deque<engine::event> waiting;
  bool sending = false;
  std::uint64_t pull_era = 0; ///< Another one: the pulls of the one before have no effect.
  std::map<std::string, std::uint64_t> pull_eras; ///< The same for the pulls of one image.
};

using self_ptr = fake_child::stateful_pointer<fake_engine_state>;

void end_watch(self_ptr self, error why) {
  auto& st = self->state;
  if (st.watch == 0)
    return;
  self->send(st.events, engine::watch_ended{st.watch, std::move(why)});
  st.watch = 0;
  st.waiting.clear();
}

void send_events(self_ptr self) {
  auto& st = self->state;
  if (st.sending || st.watch == 0 || st.waiting.empty())
    return;
  engine::event_batch batch;
  batch.watch = st.watch;
  while (!st.waiting.empty() && batch.events.size() < most_in_batch) {
    batch.events.push_back(std::move(st.waiting.front()));
    st.waiting.pop_front();
  }
  st.sending = true;
  self->request(st.events, sink_deadline, std::move(batch))
    .then(
      [self](const engine::taken&) {
        self->state.sending = false;
        send_events(self);
      },
      [self](const caf::error& why) {
        self->state.sending = false;
        end_watch(self, from_caf(why));
      });
}

void queue_event(self_ptr self, const engine::event& e) {
  auto& st = self->state;
  if (st.waiting.size() >= most_events)
    return end_watch(self, {errc::exhausted, "the sink does not keep up"});
  st.waiting.push_back(e);
  send_events(self);
}

void pass_event(self_ptr self, const engine::event& e) {
  auto& faults = *self->state.faults;
  const auto times = faults.event_comes_twice() ? 2 : 1;
  for (auto i = 0; i < times; ++i) {
    const auto watch = self->state.watch;
    const auto delay =
      std::chrono::milliseconds{faults.event_comes_late() ? faults.random().between(1, 5'000) : 1};
    self->state.work.later(self, delay, [self, e, watch] {
      if (watch == self->state.watch)
        queue_event(self, e);
    });
  }
}

/// A timer with this number does not exist; it says that the inbox has something.
constexpr std::uint64_t news = 0;

void listen(self_ptr self) {
  auto& st = self->state;
  const auto told = st.told;
  *told = {};
  const auto weak = caf::actor_cast<caf::weak_actor_ptr>(self->ctrl());
  const auto wake = [weak] {
    if (auto alive = caf::actor_cast<caf::actor>(weak.lock()))
      caf::anon_send(alive, timer_due{news});
  };
  st.world->on_event = [told, wake](const engine::event& e) {
    told->events.push_back(e);
    wake();
  };
  st.world->end_stream = [told, wake] {
    told->stream_ended = true;
    wake();
  };
}

bool has_check(const engine_world& world, const container_id& id) {
  const auto it = world.containers.find(id);
  if (it == world.containers.end() || it->second.state != container_state::running)
    return false;
  const auto& test = it->second.config.healthcheck.test;
  return !test.empty() && test.front() != "NONE";
}

/// Its check is done in a while, and again until it is healthy.
void check_later(self_ptr self, const container_id& id) {
  if (!has_check(*self->state.world, id))
    return;
  auto& random = self->state.faults->random();
  self->state.work.later(self, std::chrono::milliseconds{random.between(500, 4'000)}, [self, id] {
    auto& st = self->state;
    st.world->check_health(id, st.faults->random().percent(75));
    if (const auto it = st.world->containers.find(id);
        it != st.world->containers.end() && it->second.health != health_state::healthy)
      check_later(self, id);
  });
}

void read_inbox(self_ptr self) {
  const auto told = std::exchange(*self->state.told, {});
  for (const auto& e : told.events) {
    if (e.action == "start" || e.action == "health_status: unhealthy")
      check_later(self, container_id{e.id});
    pass_event(self, e);
  }
  if (told.stream_ended)
    end_watch(self, {errc::unavailable, "the stream ended"});
}

/// Carries a call out on the world.
template <class Reply, class Effect>
caf::result<Reply> carry_out(self_ptr self, const char* name, const course& how, Effect effect) {
  auto& st = self->state;
  return serve<Reply>(
    self,
    st.work,
    *st.faults,
    how,
    [world = st.world, name, effect]() -> result<Reply> {
      if (!world->reachable)
        return fail(errc::unavailable, "no engine");
      ++world->calls[name];
      return effect(*world);
    },
    [world = st.world] { return !world->reachable; });
}

caf::result<engine::watching> begin_watch(self_ptr self, const engine::watch_events& msg) {
  const auto how = self->state.faults->draw_course();
  return carry_out<engine::watching>(
    self, "watch_events", how, [self, msg](engine_world&) -> result<engine::watching> {
      auto& state = self->state;
      end_watch(self, {errc::conflict, "another watch took its place"});
      state.watch = msg.watch;
      state.waiting.clear();
      listen(self);
      for (const auto& [id, c] : state.world->containers)
        check_later(self, id);
      return engine::watching{};
    });
}

/// One handler of the interface: carries the call out on the world.
template <class Reply, class Call, class Effect>
auto on_call(self_ptr self, const char* name, Effect effect) {
  return [self, name, effect](const Call& call) -> caf::result<Reply> {
    const auto how = self->state.faults->draw_course();
    return carry_out<Reply>(self, name, how, [effect, call](engine_world& world) -> result<Reply> {
      return effect(world, call);
    });
  };
}

/// A pull takes longer, and tells how far it is.
caf::result<engine::done> pull(self_ptr self, const engine::pull_image& call) {
  auto& st = self->state;
  auto how = st.faults->draw_course();
  const auto takes = st.world->pull_takes();
  for (const auto percent : {0, 25, 50, 75}) {
    st.work.later(self, takes * percent / 100, [self, call, percent] {
      self->send(self->state.pulls, engine::pull_progress{call.name, percent});
    });
  }
  how.to_effect += takes;
  return carry_out<engine::done>(self,
    "pull_image",
    how,
    [self, call, era = st.pull_era + st.pull_eras[call.name]](
      engine_world& world) -> result<engine::done> {
      if (era != self->state.pull_era + self->state.pull_eras[call.name])
        return fail(errc::unavailable, "the fetch was ended");
      return world.pull_image(call.name);
    });
}

fake_child::behavior_type fake_engine(self_ptr self,
  std::shared_ptr<engine_world> world,
  std::shared_ptr<fault_source> faults,
  event_sink_actor events,
  pull_sink_actor pulls) {
  auto& st = self->state;
  st.world = std::move(world);
  st.faults = std::move(faults);
  st.events = std::move(events);
  st.pulls = std::move(pulls);
  using namespace engine;
  using w = engine_world;
  return {
    [self](const watch_events& msg) { return begin_watch(self, msg); },
    on_call<container_list, engine::list_containers>(
      self, "list_containers", [](w& x, const auto&) { return x.list_containers(); }),
    on_call<container, inspect_container>(
      self, "inspect_container", [](w& x, const auto& c) { return x.inspect_container(c.id); }),
    on_call<network_list, list_networks>(
      self, "list_networks", [](w& x, const auto&) { return x.list_networks(); }),
    on_call<volume_list, list_volumes>(
      self, "list_volumes", [](w& x, const auto&) { return x.list_volumes(); }),
    on_call<image_list, list_images>(
      self, "list_images", [](w& x, const auto&) { return x.list_images(); }),
    on_call<image_details, inspect_image>(
      self, "inspect_image", [](w& x, const auto& c) { return x.inspect_image(c.name); }),
    on_call<engine::traits, get_traits>(
      self, "get_traits", [](w& x, const auto&) { return x.traits(); }),
    [self](const pull_image& call) { return pull(self, call); },
    [self](const end_pulls& call) {
      if (call.name.empty())
        ++self->state.pull_era;
      else
        ++self->state.pull_eras[call.name];
      return done{};
    },
    on_call<done, engine::remove_image>(
      self, "remove_image", [](w& x, const auto& c) { return x.remove_image(c.name, c.force); }),
    on_call<container_id, create_container>(self,
      "create_container",
      [](w& x, const auto& c) { return x.create_container(c.name, c.config); }),
    on_call<done, connect_network>(
      self, "connect_network", [](w& x, const auto& c) { return x.connect_network(c); }),
    on_call<done, engine::start_container>(
      self, "start_container", [](w& x, const auto& c) { return x.start_container(c.id); }),
    on_call<done, engine::stop_container>(
      self, "stop_container", [](w& x, const auto& c) { return x.stop_container(c.id); }),
    on_call<done, engine::remove_container>(self,
      "remove_container",
      [](w& x, const auto& c) { return x.remove_container(c.id, c.force); }),
    on_call<done, engine::rename_container>(self,
      "rename_container",
      [](w& x, const auto& c) { return x.rename_container(c.id, c.name); }),
    on_call<done, engine::set_restart_policy>(self,
      "set_restart_policy",
      [](w& x, const auto& c) { return x.set_restart_policy(c.id, c.policy); }),
    on_call<done, engine::create_network>(self,
      "create_network",
      [](w& x, const auto& c) { return x.create_network(c.name, c.config); }),
    on_call<done, engine::remove_network>(
      self, "remove_network", [](w& x, const auto& c) { return x.remove_network(c.id); }),
    on_call<done, engine::create_volume>(
      self, "create_volume", [](w& x, const auto& c) { return x.create_volume(c.name, c.config); }),
    on_call<done, engine::remove_volume>(
      self, "remove_volume", [](w& x, const auto& c) { return x.remove_volume(c.name); }),
    [](const wake_up&) {},
    [](const probe&) { return alive{}; },
    [self](const timer_due& due) {
      if (due.timer == news)
        read_inbox(self);
      else
        self->state.work.run(due);
    },
  };
}

} // namespace

supervised<engine_actor> spawn_fake_engine(caf::actor_system& system,
  std::shared_ptr<engine_world> world,
  std::shared_ptr<fault_source> faults,
  event_sink_actor events,
  pull_sink_actor pulls) {
  return spawn_actor(
    system, fake_engine, std::move(world), std::move(faults), std::move(events), std::move(pulls));
}

} // namespace copal::test
