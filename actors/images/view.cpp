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

/// One of the tries that were waited for begins.
void begin_try(self_ptr self, std::optional<silence>& of) {
  if (!of)
    return;
  of->waiting = false;
  tell(self);
}

/// Counts it, and tries again after a pause.
void try_later(
  self_ptr self, std::optional<silence>& of, const std::string& timer, const caf::error& why) {
  auto& st = self->state;
  auto& silent = of ? *of : of.emplace();
  planning::count_failure(silent, from_caf(why), st.config.wall_clock(), longest_look_pause);
  st.waits.set(self, timer, silent.pause);
}

/// Without a reason: all of it was seen.
void look_ended(self_ptr self, const caf::error& why = {}) {
  auto& st = self->state;
  st.looking = false;
  st.engine_known = !why;
  if (st.engine_known) {
    st.engine_silent.reset();
    forget_facts(st);
    // An image went, or is known to share layers.
    if (st.engine != st.last.engine || st.facts.size() != st.last.facts.size())
      wake_held(self);
  } else {
    try_later(self, st.engine_silent, look_timer, why);
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
    return look_ended(self);
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
          return look_ended(self, why);
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
  view.silent = st.store_silent ? st.store_silent : st.engine_silent;
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
  if (std::exchange(self->state.loading, true)) {
    self->state.load_again = true;
    return;
  }
  self->state.waits.stop(load_timer);
  begin_try(self, self->state.store_silent);
  self->request(self->state.links.store, store_deadline, store::load_rows{})
    .then(
      [self](store::row_list& list) {
        auto& st = self->state;
        st.loading = false;
        st.store_silent.reset();
        // What made it doubtful meanwhile may not be in what was read.
        if (std::exchange(st.load_again, false))
          return load_rows(self);
        st.rows_known = true;
        st.rows_doubtful = false;
        st.rows = std::move(list.items);
        std::sort(st.rows.begin(), st.rows.end());
        look(self);
      },
      [self](const caf::error& why) {
        // The next try is as good as one that was asked for meanwhile.
        self->state.loading = self->state.load_again = false;
        try_later(self, self->state.store_silent, load_timer, why);
        tell(self);
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
  begin_try(self, st.engine_silent);
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
      [self](const caf::error& why) { look_ended(self, why); });
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
