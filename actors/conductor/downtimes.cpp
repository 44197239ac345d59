// How long services are down when their containers are replaced.

#include "actors/conductor/deadlines.hpp"
#include "actors/conductor/parts.hpp"

#include <algorithm>

namespace copal::conductor_parts {

namespace {

/// One that crashes again and again does not.
bool is_serving(const container& c) {
  return c.state == container_state::running || c.state == container_state::paused;
}

/// The one container of its service that is up, so that with it the service goes down.
bool is_last_one_up(const engine_view& now, app_id app, const container_id& id) {
  const auto& all = now.containers;
  const auto it = std::find_if(
    all.begin(), all.end(), [&](const auto& c) { return c.who.app == app && c.what.id == id; });
  return it != all.end() && is_serving(it->what)
         && std::none_of(all.begin(), all.end(), [&](const supervised_container& c) {
              return c.who.app == app && c.who.name == it->who.name && c.what.id != id
                     && is_serving(c.what);
            });
}

/// The service that a step stops.
const service_name* stopped_by(const step& s, const engine_view& now) {
  if (const auto* a = std::get_if<stop_container>(&s.action))
    return is_last_one_up(now, s.app, a->id) ? &a->service : nullptr;
  if (const auto* a = std::get_if<kill_container>(&s.action))
    return is_last_one_up(now, s.app, a->id) ? &a->service : nullptr;
  return nullptr;
}

/// The service that a step starts.
const service_name* started_by(const step& s) {
  if (const auto* a = std::get_if<install_service>(&s.action))
    return a->create_only ? nullptr : &a->who.name;
  if (const auto* a = std::get_if<start_container>(&s.action))
    return &a->service;
  return nullptr;
}

} // namespace

void note_going_down(self_ptr self, const step& s) {
  auto& st = self->state;
  if (const auto* name = stopped_by(s, st.now.engine))
    st.down_since.emplace(std::pair{s.app, *name}, self->clock().now());
}

void note_coming_up(self_ptr self, const step& s) {
  auto& st = self->state;
  const auto* name = started_by(s);
  const auto it =
    name == nullptr ? st.down_since.end() : st.down_since.find(std::pair{s.app, *name});
  if (it == st.down_since.end())
    return;
  const auto lasted =
    std::chrono::duration_cast<std::chrono::milliseconds>(self->clock().now() - it->second);
  st.down_since.erase(it);
  // A figure for people: without it on the disk the one before stays.
  self
    ->request(st.links.store,
      deadlines::store,
      store::put_downtime{{s.app, *name, lasted, st.config.wall_clock()}})
    .then([](const store::stored&) {}, [](const caf::error&) {});
}

} // namespace copal::conductor_parts
