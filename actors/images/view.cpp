// What is known of the images, and who hears of it.

#include "actors/images/parts.hpp"
#include "actors/planning/backoff.hpp"

#include <algorithm>

namespace copal::images_parts {

namespace {

constexpr std::chrono::seconds longest_look_pause{30};

image_row key_of(image_row row) {
  row.engine_id = {};
  row.ours = false;
  return row;
}

/// What images of others bring counts while a fetch is held for want of space.
bool are_facts_needed(const images_state& st, const engine_image_id& id) {
  const auto has_row = [&] {
    return std::any_of(
      st.rows.begin(), st.rows.end(), [&id](const image_row& row) { return row.engine_id == id; });
  };
  return find_image(st, id) != nullptr && (!st.shortages.empty() || has_row());
}

void look_ended(self_ptr self, bool complete) {
  auto& st = self->state;
  st.looking = false;
  st.engine_known = complete;
  if (complete) {
    st.look_failures = 0;
    forget_facts(st);
    // An image went, or is known to share layers.
    if (st.engine != st.last.engine || st.facts.size() != st.last.facts.size())
      wake_held(self);
  } else {
    st.waits.set(self, look_timer, planning::backoff(++st.look_failures, longest_look_pause));
  }
  look_has_ended(self);
  tell(self);
  if (std::exchange(st.look_again, false))
    look(self);
}

/// The images that rows name, that the engine has, and whose facts are not known yet. While a fetch
/// is held for want of space, images of others count too: they may have layers of it.
std::vector<engine_image_id> unknown_images(const images_state& st) {
  std::set<engine_image_id> ids;
  for (const auto& image : st.engine) {
    if (!st.shortages.empty() && !st.facts.contains(image.id))
      ids.insert(image.id);
  }
  for (const auto& row : st.rows) {
    if (!st.facts.contains(row.engine_id) && find_image(st, row.engine_id) != nullptr)
      ids.insert(row.engine_id);
  }
  return {ids.begin(), ids.end()};
}

void inspect_next(self_ptr self, std::vector<engine_image_id> ids) {
  if (ids.empty())
    return look_ended(self, true);
  auto id = std::move(ids.back());
  ids.pop_back();
  self->request(self->state.links.engine, read_deadline, engine::inspect_image{id.value})
    .then(
      [self, id, ids](engine::image_details& details) {
        self->state.facts[id] = std::move(details.facts);
        inspect_next(self, ids);
      },
      [self, id, ids](const caf::error& why) {
        const auto code = from_caf(why).code;
        if (code == errc::unavailable || code == errc::timeout || code == errc::exhausted)
          return look_ended(self, false);
        // It went away since the list was made, or cannot be read: the others go on without it.
        if (code == errc::not_found)
          std::erase_if(self->state.engine, [&id](const engine_image& e) { return e.id == id; });
        inspect_next(self, ids);
      });
}

} // namespace

images_view view_of(const images_state& st) {
  images_view view;
  view.incarnation = st.incarnation;
  view.revision = st.revision;
  view.complete = st.rows_known && st.engine_known;
  view.rows = st.rows;
  view.engine = st.engine;
  view.facts = st.facts;
  for (const auto& [name, fetch] : st.fetching)
    view.fetching.push_back({name, fetch.percent});
  for (const auto& [name, failure] : st.failures)
    view.failures.push_back(failure);
  for (const auto& [name, size] : st.sizes)
    view.sizes.push_back(size);
  for (const auto& [name, shortage] : st.shortages)
    view.shortages.push_back(shortage);
  return view;
}

void tell(self_ptr self) {
  auto& st = self->state;
  auto view = view_of(st);
  if (st.last.revision != 0 && view == st.last)
    return;
  view.revision = ++st.revision;
  st.last = view;
  self->send(st.links.sink, std::move(view));
}

void load_rows(self_ptr self) {
  self->request(self->state.links.store, store_deadline, store::load_rows{})
    .then(
      [self](store::row_list& list) {
        auto& st = self->state;
        st.rows_known = true;
        st.rows_doubtful = false;
        st.rows = std::move(list.items);
        std::sort(st.rows.begin(), st.rows.end());
        look(self);
      },
      [self](const caf::error&) {
        auto& st = self->state;
        st.waits.set(self, load_timer, planning::backoff(++st.load_failures, longest_look_pause));
      });
}

void doubt_rows(self_ptr self) {
  self->state.rows_doubtful = true;
  load_rows(self);
}

void look(self_ptr self) {
  auto& st = self->state;
  if (!st.rows_known)
    return;
  if (std::exchange(st.looking, true)) {
    st.look_again = true;
    return;
  }
  ++st.look_number;
  st.waits.stop(look_timer);
  self->request(st.links.engine, read_deadline, engine::list_images{})
    .then(
      [self](engine::image_list& list) {
        auto& state = self->state;
        state.engine = std::move(list.items);
        std::sort(state.engine.begin(), state.engine.end(), [](const auto& a, const auto& b) {
          return a.id < b.id;
        });
        inspect_next(self, unknown_images(state));
      },
      [self](const caf::error&) { look_ended(self, false); });
}

void forget_facts(images_state& st) {
  std::erase_if(st.facts, [&st](const auto& entry) { return !are_facts_needed(st, entry.first); });
}

void keep_row(images_state& st, const image_row& row) {
  forget_row(st, row);
  st.rows.insert(std::upper_bound(st.rows.begin(), st.rows.end(), row), row);
}

bool has_key_of(const image_row& a, const image_row& b) {
  return key_of(a) == key_of(b);
}

void forget_row(images_state& st, const image_row& row) {
  std::erase_if(st.rows, [key = key_of(row)](const auto& r) { return key_of(r) == key; });
}

const image_row* find_row(const images_state& st, const image_row& row) {
  const auto it = std::find_if(st.rows.begin(), st.rows.end(), [key = key_of(row)](const auto& r) {
    return key_of(r) == key;
  });
  return it == st.rows.end() ? nullptr : &*it;
}

const engine_image* find_image(const images_state& st, const engine_image_id& id) {
  const auto it = std::find_if(
    st.engine.begin(), st.engine.end(), [&id](const engine_image& e) { return e.id == id; });
  return it == st.engine.end() ? nullptr : &*it;
}

} // namespace copal::images_parts
