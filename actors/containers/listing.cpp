// What there is in the engine, from its lists.

#include "actors/containers/view.hpp"
#include "actors/planning/identity.hpp"

#include <algorithm>

namespace copal::containers_parts {

namespace {

/// Answers to an earlier listing are of no interest any more.
bool is_current(self_ptr self, std::uint64_t listing) {
  return listing == self->state.listing;
}

void inspect_next(self_ptr self, std::uint64_t listing) {
  auto& st = self->state;
  if (st.to_inspect.empty())
    return become_live(self);
  const auto id = st.to_inspect.front();
  st.to_inspect.pop_front();
  const auto look = begin_look(st);
  self->request(st.links.engine, read_deadline, engine::inspect_container{id})
    .then(
      [self, listing, look](const container& what) {
        if (!is_current(self, listing))
          return;
        show(self->state, look, what);
        inspect_next(self, listing);
      },
      [self, listing, look, id](const caf::error& why) {
        if (!is_current(self, listing))
          return;
        if (is_away(why))
          return watch_failed(self, self->state.watch, from_caf(why));
        // One that cannot be read is left alone, as it was known or unknown: the others go on.
        if (from_caf(why).code == errc::not_found)
          show_gone(self->state, look, id);
        inspect_next(self, listing);
      });
}

/// A container that the list shows as it is known is not inspected again.
bool is_as_known(const containers_state& st, const container_summary& item) {
  const auto it = st.containers.find(item.id);
  if (it == st.containers.end())
    return false;
  const auto& known = it->second.what;
  const auto joined = std::all_of(known.config.networks.begin(),
    known.config.networks.end(),
    [&item](const auto& n) { return item.networks.contains(n.first); });
  return known.state == item.state && known.name == item.name && joined
         && known.health == item.health && known.config.networks.size() == item.networks.size();
}

void take_list(containers_state& st, std::uint64_t look, const engine::container_list& list) {
  std::set<container_id> there;
  for (const auto& item : list.items) {
    if (!planning::is_supervised(item.labels))
      continue;
    there.insert(item.id);
    st.listed.push_back(item.id);
    if (!is_as_known(st, item))
      st.to_inspect.push_back(item.id);
  }
  std::vector<container_id> gone;
  for (const auto& [id, c] : st.containers) {
    if (!there.contains(id))
      gone.push_back(id);
  }
  for (const auto& id : gone)
    show_gone(st, look, id);
}

/// One of the answers that a listing asks for is there.
void answer_came(self_ptr self, std::uint64_t listing) {
  auto& st = self->state;
  if (--st.answers_missing > 0)
    return;
  // While nobody listened they may have been restarted, which no list shows; and another engine
  // drops other fields.
  if (st.phase == watch_phase::listing)
    st.to_inspect = {st.listed.begin(), st.listed.end()};
  inspect_next(self, listing);
}

void list_failed(self_ptr self, std::uint64_t listing, const caf::error& why) {
  if (is_current(self, listing))
    watch_failed(self, self->state.watch, from_caf(why));
}

void ask_containers(self_ptr self) {
  const auto look = begin_look(self->state);
  const auto listing = self->state.listing;
  self->request(self->state.links.engine, read_deadline, engine::list_containers{})
    .then(
      [self, listing, look](const engine::container_list& list) {
        if (!is_current(self, listing))
          return;
        take_list(self->state, look, list);
        answer_came(self, listing);
      },
      [self, listing](const caf::error& why) { list_failed(self, listing, why); });
}

template <class List, class Question>
void ask_parts(self_ptr self, Question question) {
  const auto listing = self->state.listing;
  ask_for_list<List>(
    self,
    question,
    [self, listing](std::uint64_t look, List& list) {
      if (!is_current(self, listing))
        return;
      show(self->state, look, list);
      answer_came(self, listing);
    },
    [self, listing](const caf::error& why) { list_failed(self, listing, why); });
}

/// What this engine drops: another one may answer than before. Without an answer it is as it was.
void ask_traits(self_ptr self) {
  const auto listing = self->state.listing;
  self->request(self->state.links.engine, read_deadline, engine::get_traits{})
    .then(
      [self, listing](const engine::traits& about) {
        auto& st = self->state;
        if (!is_current(self, listing))
          return;
        st.lacks = about.lacks;
        answer_came(self, listing);
      },
      [self, listing](const caf::error& why) {
        if (is_away(why))
          list_failed(self, listing, why);
        else if (is_current(self, listing))
          answer_came(self, listing);
      });
}

} // namespace

void list_all(self_ptr self) {
  auto& st = self->state;
  const auto is_live = st.phase == watch_phase::live;
  if (!is_live)
    st.phase = watch_phase::listing;
  ++st.listing;
  st.listing_now = true;
  st.answers_missing = 3;
  st.listed.clear();
  st.to_inspect.clear();
  if (!is_live) {
    ++st.answers_missing;
    ask_traits(self);
  }
  ask_containers(self);
  ask_parts<engine::network_list>(self, engine::list_networks{});
  ask_parts<engine::volume_list>(self, engine::list_volumes{});
}

} // namespace copal::containers_parts
