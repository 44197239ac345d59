// Following the engine: the watch and its events.

#include "actors/containers/events.hpp"
#include "actors/containers/view.hpp"
#include "actors/planning/backoff.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace copal::containers_parts {

namespace {

/// Events kept while the lists are on their way; above it everything is listed once more.
constexpr std::size_t most_early_events = 1024;
constexpr std::chrono::seconds longest_pause{30};
/// What the engine shows is listed anew this often, should an event ever have been lost.
constexpr std::chrono::minutes relist_period{15};

/// Inspects a container and tells what it shows. At most one such look at a time for each
/// container.
void look_at(self_ptr self, const container_id& id) {
  auto& st = self->state;
  if (!st.looking.insert(id).second) {
    st.look_again.insert(id);
    return;
  }
  const auto look = begin_look(st);
  const auto watch = st.watch;
  const auto ended = [self, id] {
    auto& state = self->state;
    state.looking.erase(id);
    if (state.look_again.erase(id) > 0)
      look_at(self, id);
    tell(self);
  };
  self->request(st.links.engine, read_deadline, engine::inspect_container{id})
    .then(
      [self, look, ended](const container& what) {
        show(self->state, look, what);
        ended();
      },
      [self, look, watch, id, ended](const caf::error& why) {
        const auto gone = from_caf(why).code == errc::not_found;
        if (gone)
          show_gone(self->state, look, id);
        ended();
        // An unanswered look leaves a gap in what is known: begin anew.
        if (is_away(why))
          watch_failed(self, watch, from_caf(why));
      });
}

/// A step of ours on the container: it looks at the container itself when it has ended. A container
/// that is just being created is known by its name only.
bool is_in_step(const containers_state& st, const std::string& id, const std::string& name) {
  return std::any_of(st.steps.begin(), st.steps.end(), [&](const auto& entry) {
    const auto* install = std::get_if<install_service>(&entry.second.what.action);
    return entry.second.id.value == id
           || (install != nullptr && install->container_name == name && !name.empty());
  });
}

/// Signals that end a program unless it minds them; others are sent to running ones.
bool ends(const std::string& signal, const std::string& stop_signal) {
  constexpr std::array<std::string_view, 5> ending{"2", "3", "6", "9", "15"};
  return signal.empty() || signal == stop_signal
         || std::find(ending.begin(), ending.end(), signal) != ending.end();
}

void note_stop(containers_state& st, const engine::event& e) {
  const auto it = st.containers.find(container_id{e.id});
  if (e.action == "kill" && it != st.containers.end() && !st.stopped_by_us.contains(it->first)
      && ends(e.signal, it->second.what.config.stop_signal) && !is_in_step(st, e.id, e.name))
    st.stopped_from_outside.insert(it->first);
}

/// The engine shows it of the last end only, and not of processes beside the first.
void note_memory(containers_state& st, const engine::event& e) {
  if (const auto it = st.containers.find(container_id{e.id});
      e.action == "oom" && it != st.containers.end())
    ++it->second.memory_kills;
}

/// A look under way may show what was before this event: it is followed by another one.
void note_change(containers_state& st, const engine::event& e) {
  const container_id id{e.kind == engine::object_kind::network ? e.container : e.id};
  const auto in_look = std::any_of(st.steps.begin(), st.steps.end(), [&id](const auto& entry) {
    return entry.second.looking && entry.second.id == id;
  });
  constexpr std::array<std::string_view, 10> changing{"die",
    "start",
    "pause",
    "unpause",
    "rename",
    "update",
    "destroy",
    "connect",
    "disconnect",
    "oom"};
  const auto changes = std::find(changing.begin(), changing.end(), e.action) != changing.end()
                       || tells_health(e.action);
  if (changes && (in_look || st.looking.contains(id)))
    st.look_again.insert(id);
}

/// The event tells what a step of ours on the network or volume does.
bool is_our_doing(const containers_state& st, const engine::event& e) {
  const auto network = e.kind == engine::object_kind::network;
  const auto it = st.steps.find(network ? "network:" + e.name : "volume:" + e.id);
  if (it == st.steps.end())
    return false;
  const auto& what = it->second.what.action;
  const auto makes =
    std::holds_alternative<create_network>(what) || std::holds_alternative<create_volume>(what);
  return makes == (e.action == "create");
}

/// The same of networks and volumes, which are looked at by list.
void note_part(containers_state& st, const engine::event& e) {
  constexpr std::array<std::string_view, 3> changing{"create", "destroy", "remove"};
  const auto changes = std::find(changing.begin(), changing.end(), e.action) != changing.end();
  auto& lists = e.kind == engine::object_kind::network ? st.network_lists : st.volume_lists;
  if (changes && lists.under_way > 0 && !is_our_doing(st, e))
    lists.outdated = true;
}

event_context context_of(const containers_state& st, const engine::event& e) {
  event_context context;
  const auto of_container = [&](const std::string& id, const std::string& name) {
    if (const auto it = st.containers.find(container_id{id}); it != st.containers.end())
      context.state = it->second.what.state;
    context.in_step = is_in_step(st, id, name);
  };
  if (e.kind == engine::object_kind::container) {
    of_container(e.id, e.name);
  } else if (e.kind == engine::object_kind::network) {
    // A step on the network lists networks when it has ended, and looks at no container.
    if (!e.container.empty())
      of_container(e.container, {});
    else
      context.in_step = st.steps.contains("network:" + e.name);
    context.object_known = std::any_of(
      st.networks.begin(), st.networks.end(), [&e](const auto& n) { return n.id.value == e.id; });
  } else if (e.kind == engine::object_kind::volume) {
    context.in_step = st.steps.contains("volume:" + e.id);
    context.object_known = std::any_of(
      st.volumes.begin(), st.volumes.end(), [&e](const auto& v) { return v.name == e.id; });
  }
  return context;
}

void follow(self_ptr self, const engine::event& e) {
  auto& st = self->state;
  if (e.kind == engine::object_kind::container)
    note_stop(st, e);
  if (e.kind == engine::object_kind::container)
    note_memory(st, e);
  note_change(st, e);
  if (e.kind == engine::object_kind::network || e.kind == engine::object_kind::volume)
    note_part(st, e);
  switch (react_to(e, context_of(st, e))) {
    case event_reaction::ignore:
      break;
    case event_reaction::inspect_container:
      look_at(self, container_id{e.kind == engine::object_kind::network ? e.container : e.id});
      break;
    case event_reaction::container_gone:
      show_gone(st, begin_look(st), container_id{e.id});
      break;
    case event_reaction::list_networks:
      relist<engine::network_list>(self, engine::list_networks{});
      break;
    case event_reaction::list_volumes:
      relist<engine::volume_list>(self, engine::list_volumes{});
      break;
    case event_reaction::tell_images:
      self->send(st.links.images, look_at_images{});
      break;
  }
}

} // namespace

void begin_watch(self_ptr self) {
  auto& st = self->state;
  // The incarnation in the upper half: a watch of an earlier incarnation is never taken for ours.
  st.watch = std::max(st.watch, st.incarnation << 32U) + 1;
  st.phase = watch_phase::opening;
  if (st.silent)
    st.silent->waiting = false;
  st.early_events.clear();
  st.waits.stop(watch_timer);
  const auto watch = st.watch;
  self->request(st.links.engine, read_deadline, engine::watch_events{watch})
    .then(
      [self, watch](const engine::watching&) {
        if (watch == self->state.watch && self->state.phase == watch_phase::opening)
          list_all(self);
      },
      [self, watch](const caf::error& why) { watch_failed(self, watch, from_caf(why)); });
}

void watch_due(self_ptr self) {
  if (self->state.phase == watch_phase::live)
    list_all(self);
  else
    begin_watch(self);
  tell(self);
}

void watch_over(self_ptr self, std::uint64_t watch) {
  const auto& st = self->state;
  // One that is just being opened is answered by its request.
  if (watch == 0 && st.phase != watch_phase::opening)
    watch = st.watch;
  watch_failed(self, watch, {errc::unavailable, "the stream of its events has ended"});
}

void watch_failed(self_ptr self, std::uint64_t watch, error why) {
  auto& st = self->state;
  if (watch != st.watch || st.phase == watch_phase::away)
    return;
  st.phase = watch_phase::away;
  st.listing_now = false;
  ++st.listing; // What is still on its way from the old one does not count.
  st.to_inspect.clear();
  auto& silent = st.silent ? *st.silent : st.silent.emplace();
  planning::count_failure(silent, std::move(why), st.config.wall_clock(), longest_pause);
  st.waits.set(self, watch_timer, silent.pause);
  tell(self);
  answer_after_listing(self);
}

void become_live(self_ptr self) {
  auto& st = self->state;
  st.phase = watch_phase::live;
  st.listing_now = false;
  st.silent.reset();
  st.waits.set(self, watch_timer, relist_period);
  for (const auto& e : std::exchange(st.early_events, {}))
    follow(self, e);
  answer_after_listing(self);
  tell(self);
  self->send(st.links.images, look_at_images{});
  if (std::exchange(st.list_again, false))
    list_all(self);
}

void take_events(self_ptr self, engine::event_batch& batch) {
  auto& st = self->state;
  if (batch.watch != st.watch)
    return;
  if (st.phase == watch_phase::live) {
    for (const auto& e : batch.events)
      follow(self, e);
    return tell(self);
  }
  for (auto& e : batch.events) {
    if (st.early_events.size() < most_early_events)
      st.early_events.push_back(std::move(e));
    else
      st.list_again = true;
  }
}

} // namespace copal::containers_parts
