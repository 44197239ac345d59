#include "actors/root/root.hpp"

#include "actors/spawn.hpp"

#include <algorithm>
#include <exception>
#include <utility>

namespace copal {

namespace {

using self_ptr = with_timers<root_actor>::stateful_pointer<root_state>;
using kind = root_timer::kind;

void stop_next(self_ptr self);
void died(self_ptr self, std::size_t i, std::string why);
void forget_probe(self_ptr self, child_record& child);

health health_of(const root_state& st) {
  health out;
  out.healthy = true;
  out.stopping = st.stopping;
  for (const auto& child : st.children) {
    out.healthy = out.healthy && child.shown.state == child_state::up;
    out.children.push_back(child.shown);
  }
  return out;
}

void show(self_ptr self, child_record& child, child_state state) {
  child.shown.state = state;
  const auto& st = self->state;
  for (const auto& watcher : st.config.watchers)
    self->send(watcher, health_of(st));
}

/// True when the child is still the one that the answer came from.
bool present(const child_record& child, std::uint64_t incarnation) {
  return child.handle && child.shown.incarnation == incarnation;
}

// -- starting ---------------------------------------------------------------------------------

/// Wakes those whose relay points to them. None before the others: their first questions go to
/// each other.
void wake_all(self_ptr self) {
  auto& st = self->state;
  if (st.pointing > 0 || st.stopping)
    return;
  for (auto& child : st.children) {
    if (child.handle && !child.awake) {
      child.awake = true;
      self->send(child.handle, wake_up{});
    }
  }
}

/// Bounds a request to a relay, which does nothing that takes time.
constexpr std::chrono::seconds relay_deadline{10};

void point_to_present(self_ptr self, std::size_t i) {
  auto& st = self->state;
  const auto& child = st.children[i];
  if (!child.spec.relay)
    return;
  ++st.pointing;
  auto pointed = [self] {
    --self->state.pointing;
    wake_all(self);
  };
  self->request(
        child.spec.relay, relay_deadline, point_relay{child.handle, child.shown.incarnation})
    .then(
      [self, i, pointed](const relay_counts& counts) {
        self->state.children[i].shown.counts = counts;
        pointed();
      },
      [pointed](const caf::error&) { pointed(); });
}

child_actor try_start(self_ptr self, const child_record& child, std::string& why) {
  try {
    if (auto handle = child.spec.start(self->system(), child.shown.incarnation))
      return handle;
    why = "it was not started";
  } catch (const std::exception& e) {
    why = std::string{"its start failed: "} + e.what();
  } catch (...) { // a factory may throw anything; whatever it is, the child was not started
    why = "its start failed";
  }
  return {};
}

void start(self_ptr self, std::size_t i) {
  auto& child = self->state.children[i];
  ++child.shown.incarnation;
  child.history.started = self->clock().now();
  child.awake = false;
  std::string why;
  child.handle = try_start(self, child, why);
  if (!child.handle)
    return died(self, i, std::move(why));
  self->monitor(child.handle);
  show(self, child, child_state::up);
  point_to_present(self, i);
}

// -- dying ------------------------------------------------------------------------------------

void begin_stop(self_ptr self, caf::error end) {
  auto& st = self->state;
  if (st.stopping)
    return;
  st.stopping = true;
  st.end = std::move(end);
  st.own_timers.stop_all();
  st.own_timers.set(self, {kind::whole_stop, 0}, st.config.stop_bound);
  stop_next(self);
}

void died(self_ptr self, std::size_t i, std::string why) {
  auto& st = self->state;
  auto& child = st.children[i];
  child.handle = nullptr;
  forget_probe(self, child);
  child.shown.last_error = std::move(why);
  if (st.stopping)
    return show(self, child, child_state::down);
  const auto pause = on_death(child.spec.budget, child.history, self->clock().now());
  if (pause) {
    st.own_timers.set(self, {kind::restart, i}, *pause);
    return show(self, child, child_state::down);
  }
  show(self, child, child_state::abandoned);
  begin_stop(self,
    to_caf(
      {errc::exhausted, child.spec.name + " used up its restarts: " + child.shown.last_error}));
}

std::string text_of(self_ptr self, const caf::error& reason) {
  if (!reason)
    return "it ended by itself";
  if (reason.category() == caf::atom("copal"))
    return to_string(from_caf(reason));
  return self->system().render(reason);
}

void on_down(self_ptr self, const caf::down_msg& msg) {
  auto& st = self->state;
  const auto it = std::find_if(st.children.begin(), st.children.end(), [&msg](const auto& child) {
    return child.handle && child.handle.address() == msg.source;
  });
  if (it == st.children.end())
    return;
  const auto i = static_cast<std::size_t>(it - st.children.begin());
  died(self,
    i,
    it->shown.state == child_state::stuck ? it->shown.last_error : text_of(self, msg.reason));
  if (st.stopping) {
    st.own_timers.stop({kind::stop_bound, i});
    st.own_timers.stop({kind::kill_bound, i});
    stop_next(self);
  }
}

// -- probing ----------------------------------------------------------------------------------

/// It runs and does not answer: nobody is to wait for it. It stays `stuck` until it has ended.
void cut_off(self_ptr self, std::size_t i) {
  auto& child = self->state.children[i];
  child.shown.last_error = "it did not answer its probe";
  show(self, child, child_state::stuck);
  if (child.spec.relay) {
    self->request(child.spec.relay, relay_deadline, point_relay{{}, child.shown.incarnation})
      .then([](const relay_counts&) {}, [](const caf::error&) {});
  }
  self->send_exit(child.handle, caf::exit_reason::kill);
}

// The deadline of a probe is the next round, and relays answer at once: CAF's deadlines would wake
// the clock's thread for each of these requests, all day long.

void probe_one(self_ptr self, std::size_t i) {
  auto& child = self->state.children[i];
  child.probed = true;
  const auto incarnation = child.shown.incarnation;
  // lint: infinite because the next round is the deadline
  const auto request = self->request(child.handle, caf::infinite, probe{});
  child.probe_request = request.id();
  request.then(
    [self, i, incarnation](const alive&) {
      auto& answered = self->state.children[i];
      if (present(answered, incarnation))
        answered.probed = false;
    },
    [](const caf::error&) {}); // its down message says more
}

/// The answer will not come; without one, CAF would keep its handler for ever.
void forget_probe(self_ptr self, child_record& child) {
  if (!std::exchange(child.probed, false))
    return;
  self->eq_impl(child.probe_request,
    self->ctrl(),
    self->context(),
    to_caf({errc::timeout, "it did not answer its probe"}));
}

void ask_counts(self_ptr self, std::size_t i) {
  // lint: infinite because a relay does nothing that takes time
  self->request(self->state.children[i].spec.relay, caf::infinite, get_relay_counts{})
    .then([self, i](const relay_counts& counts) { self->state.children[i].shown.counts = counts; },
      [](const caf::error&) {});
}

void probe_all(self_ptr self) {
  auto& st = self->state;
  st.own_timers.set(self, {kind::probe, 0}, st.config.probe_period);
  for (std::size_t i = 0; i < st.children.size(); ++i) {
    const auto& child = st.children[i];
    if (child.spec.relay)
      ask_counts(self, i);
    if (child.handle && child.probed && child.shown.state == child_state::up)
      cut_off(self, i);
    else if (child.handle && !child.probed)
      probe_one(self, i);
  }
}

// -- stopping ---------------------------------------------------------------------------------

void finish(self_ptr self) {
  auto& st = self->state;
  for (const auto& child : st.children)
    self->send_exit(child.spec.relay, caf::exit_reason::user_shutdown);
  self->quit(st.end ? st.end : caf::error{caf::exit_reason::normal});
}

/// Asks the last child that still runs to end; once it is gone, this is called again.
void stop_next(self_ptr self) {
  auto& st = self->state;
  const auto it = std::find_if(
    st.children.rbegin(), st.children.rend(), [](const auto& child) { return child.handle; });
  if (it == st.children.rend())
    return finish(self);
  if (st.killing)
    return;
  const auto i = static_cast<std::size_t>(st.children.rend() - it) - 1;
  self->send_exit(it->handle, caf::exit_reason::user_shutdown);
  st.own_timers.set(self, {kind::stop_bound, i}, it->spec.stop_bound);
}

void kill(self_ptr self, std::size_t i) {
  auto& st = self->state;
  self->send_exit(st.children[i].handle, caf::exit_reason::kill);
  st.own_timers.set(self, {kind::kill_bound, i}, st.config.kill_bound);
}

/// Not even a kill ends it: it runs on without a root until the process ends.
void leave_behind(self_ptr self, std::size_t i) {
  auto& child = self->state.children[i];
  child.shown.last_error = "it does not end";
  if (!self->state.end)
    self->state.end = to_caf({errc::timeout, child.spec.name + " does not end"});
  show(self, child, child_state::stuck);
  child.handle = nullptr;
  stop_next(self);
}

void kill_all(self_ptr self) {
  auto& st = self->state;
  st.killing = true;
  for (std::size_t i = 0; i < st.children.size(); ++i) {
    if (st.children[i].handle) {
      st.own_timers.stop({kind::stop_bound, i});
      kill(self, i);
    }
  }
}

void begin(self_ptr self) {
  auto& st = self->state;
  st.own_timers.set(self, {kind::probe, 0}, st.config.probe_period);
  for (std::size_t i = 0; i < st.children.size() && !st.stopping; ++i)
    start(self, i);
  wake_all(self);
}

void on_timer(self_ptr self, const root_timer& timer) {
  switch (timer.what) {
    case kind::begin:
      return begin(self);
    case kind::probe:
      return probe_all(self);
    case kind::restart:
      start(self, timer.child);
      return wake_all(self);
    case kind::stop_bound:
      return kill(self, timer.child);
    case kind::kill_bound:
      return leave_behind(self, timer.child);
    case kind::whole_stop:
      return kill_all(self);
  }
}

} // namespace

with_timers<root_actor>::behavior_type root(
  self_ptr self, root_config config, std::vector<child_spec> children) {
  auto& st = self->state;
  st.config = std::move(config);
  self->set_down_handler([self](caf::down_msg& msg) { on_down(self, msg); });
  self->set_exit_handler([self](caf::exit_msg&) { begin_stop(self, {}); });
  for (auto& spec : children) {
    auto& child = st.children.emplace_back();
    child.spec = std::move(spec);
    child.shown.name = child.spec.name;
  }
  // Not at once: an actor cannot end before it has a behaviour.
  st.own_timers.set(self, {kind::begin, 0}, std::chrono::milliseconds{0});
  return {
    [self](const get_health&) { return health_of(self->state); },
    [self](const stop_all&) { begin_stop(self, {}); },
    [self](const timer_due& msg) {
      if (auto timer = self->state.own_timers.fired(msg))
        on_timer(self, *timer);
    },
  };
}

root_actor spawn_root(
  caf::actor_system& system, root_config config, std::vector<child_spec> children) {
  return spawn_actor(system, root, std::move(config), std::move(children));
}

exit_code exit_code_of(const caf::error& reason) {
  if (!reason || reason == caf::exit_reason::normal)
    return exit_code::stopped;
  if (reason == to_caf({errc::timeout, {}}))
    return exit_code::child_hangs;
  if (reason == to_caf({errc::exhausted, {}}))
    return exit_code::budget_used_up;
  return exit_code::root_failed;
}

} // namespace copal
