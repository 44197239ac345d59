#include "actors/containers/view.hpp"

#include "actors/planning/identity.hpp"

#include <algorithm>
#include <tuple>

namespace copal::containers_parts {

bool is_away(const caf::error& why) {
  const auto code = from_caf(why).code;
  return code == errc::unavailable || code == errc::timeout || code == errc::exhausted;
}

engine_view view_of(const containers_state& st) {
  engine_view view;
  view.incarnation = st.incarnation;
  view.revision = st.revision;
  view.complete = st.phase == watch_phase::live;
  for (const auto& [id, c] : st.containers)
    view.containers.push_back(c);
  view.networks = st.networks;
  view.volumes = st.volumes;
  view.stopped_from_outside = {st.stopped_from_outside.begin(), st.stopped_from_outside.end()};
  for (const auto& [subject, running] : st.steps)
    view.busy.push_back(subject);
  view.lacks = st.lacks;
  view.silent = st.silent;
  return view;
}

void tell(self_ptr self) {
  auto& st = self->state;
  if (st.looking.empty() && st.steps.empty() && !st.listing_now)
    std::erase_if(st.shown_by, [&st](const auto& x) { return !st.containers.contains(x.first); });
  auto view = view_of(st);
  if (st.last.revision != 0 && view == st.last)
    return;
  view.revision = ++st.revision;
  st.last = view;
  self->send(st.links.sink, std::move(view));
}

std::uint64_t begin_look(containers_state& st) {
  return ++st.last_look;
}

namespace {

/// True when nothing newer is shown; from then on this look is what is shown.
bool supersedes(std::uint64_t& shown_by, std::uint64_t look) {
  if (look < shown_by)
    return false;
  shown_by = look;
  return true;
}

} // namespace

void show(containers_state& st, std::uint64_t look, const container& what) {
  if (!supersedes(st.shown_by[what.id], look))
    return;
  auto who = planning::identify(what.name, what.config.labels);
  if (!who) {
    st.containers.erase(what.id);
    return;
  }
  if (what.state == container_state::running) {
    st.stopped_from_outside.erase(what.id);
    st.stopped_by_us.erase(what.id);
  }
  auto& shown = st.containers[what.id];
  shown.who = std::move(*who);
  shown.what = what;
}

void show_gone(containers_state& st, std::uint64_t look, const container_id& id) {
  if (!supersedes(st.shown_by[id], look))
    return;
  st.containers.erase(id);
  st.stopped_from_outside.erase(id);
  st.stopped_by_us.erase(id);
}

void show(containers_state& st, std::uint64_t look, engine::network_list& list) {
  if (!supersedes(st.network_lists.shown_by, look))
    return;
  st.networks = std::move(list.items);
  std::sort(st.networks.begin(), st.networks.end(), [](const auto& a, const auto& b) {
    return std::tie(a.name, a.id) < std::tie(b.name, b.id);
  });
}

void show(containers_state& st, std::uint64_t look, engine::volume_list& list) {
  if (!supersedes(st.volume_lists.shown_by, look))
    return;
  st.volumes = std::move(list.items);
  std::sort(st.volumes.begin(), st.volumes.end(), [](const auto& a, const auto& b) {
    return a.name < b.name;
  });
}

} // namespace copal::containers_parts
