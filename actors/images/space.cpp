// Before a fetch: what it brings, and whether there is room for it. Whatever cannot be found out
// holds no fetch up.

#include "actors/images/parts.hpp"
#include "actors/planning/plan/image_space.hpp"

#include <algorithm>

namespace copal::images_parts {

namespace {

/// A registry is asked up to five questions; its edge gives up on its own before.
constexpr std::chrono::seconds registry_deadline{90};
/// How long a fetch without room waits before it looks again; what frees space here wakes it.
constexpr std::chrono::seconds room_pause{30};
/// How long it is believed that a fetch needs more than was free when it filled the disk: something
/// else may have done so, and the estimate was right.
constexpr std::chrono::hours least_pause{6};

bool knows_size(const images_state& st, const std::string& name) {
  const auto it = st.sizes.find(name);
  return it != st.sizes.end() && !it->second.problem;
}

void keep_size(images_state& st, image_size size) {
  if (st.sizes.size() >= most_names)
    std::erase_if(st.sizes, [&st](const auto& x) { return !st.fetching.contains(x.first); });
  auto name = size.name;
  st.sizes[std::move(name)] = std::move(size);
}

void size_unknown(
  self_ptr self, const std::string& name, std::uint64_t number, const caf::error& why) {
  if (!is_current(self, name, number))
    return;
  keep_size(self->state, {name, {}, from_caf(why)});
  record_and_pull(self, name, number);
}

/// What other fetches will still write.
std::int64_t promised_beside(const images_state& st, const std::string& name) {
  std::int64_t out = 0;
  for (const auto& [other, fetch] : st.fetching) {
    if (other != name)
      out = planning::sum_bytes(out, fetch.needs / 100 * (100 - fetch.percent));
  }
  return out;
}

planning::room_question question_about(
  const images_state& st, const std::string& name, std::int64_t free) {
  planning::room_question out;
  out.name = name;
  out.wanted = st.sizes.at(name).layers;
  out.free = free;
  out.margin = *st.config.kept_free;
  out.promised = promised_beside(st, name);
  if (const auto it = st.least.find(name); it != st.least.end())
    out.least = it->second;
  for (const auto& [id, facts] : st.facts)
    out.present.push_back(facts.layers);
  for (const auto& [other, fetch] : st.fetching) {
    const auto size = st.sizes.find(other);
    if (other == name || fetch.needs == 0 || size == st.sizes.end())
      continue;
    planning::layer_chain chain;
    for (const auto& layer : size->second.layers)
      chain.push_back(layer.diff_id);
    out.present.push_back(std::move(chain));
  }
  return out;
}

void hold(self_ptr self, space_shortage found) {
  auto& st = self->state;
  const auto name = found.name;
  st.fetching.erase(name);
  if (st.shortages.size() >= most_names)
    st.shortages.clear();
  st.shortages[name] = std::move(found);
  st.waits.set(self, name, room_pause);
  tell(self);
  look(self); // Images of others may have layers of it.
}

void judge(self_ptr self, const std::string& name, std::uint64_t number, std::int64_t free) {
  auto& st = self->state;
  const auto question = question_about(st, name, free);
  if (auto short_of = planning::judge_room(question))
    return hold(self, std::move(*short_of));
  auto& fetch = st.fetching.at(name);
  fetch.needs = std::max(question.least,
    planning::disk_bytes(planning::missing_bytes(question.wanted, question.present)));
  fetch.free = std::max<std::int64_t>(question.free - question.promised, 0);
  record_and_pull(self, name, number);
}

void measure(self_ptr self, const std::string& name, std::uint64_t number) {
  self->request(self->state.links.host, read_deadline, host::get_free_space{self->state.data_root})
    .then(
      [self, name, number](const host::free_space& found) {
        if (is_current(self, name, number))
          judge(self, name, number, found.bytes);
      },
      [self, name, number](const caf::error&) {
        // Its folder is not seen from here, or does not tell.
        if (is_current(self, name, number))
          record_and_pull(self, name, number);
      });
}

void ask_registry(
  self_ptr self, const std::string& name, std::uint64_t number, const engine::traits& about) {
  self
    ->request(self->state.links.registry,
      registry_deadline,
      registry::look_at_image{name, about.runs_on, about.insecure})
    .then(
      [self, name, number](const registry::remote_image& found) {
        if (!is_current(self, name, number))
          return;
        image_size size{name, {}, {}};
        for (const auto& layer : found.layers)
          size.layers.push_back({layer.diff_id, layer.bytes});
        keep_size(self->state, std::move(size));
        tell(self);
        measure(self, name, number);
      },
      [self, name, number](const caf::error& why) { size_unknown(self, name, number, why); });
}

} // namespace

void find_room(self_ptr self, const std::string& name, std::uint64_t number) {
  auto& st = self->state;
  if (!st.config.kept_free || !st.config.engine_is_here || !st.links.registry || !st.links.host)
    return record_and_pull(self, name, number);
  if (knows_size(st, name))
    return measure(self, name, number);
  // What could not be found out at the last try may be at this one.
  self->request(st.links.engine, read_deadline, engine::get_traits{})
    .then(
      [self, name, number](const engine::traits& about) {
        if (!is_current(self, name, number))
          return;
        self->state.data_root = about.data_root;
        ask_registry(self, name, number, about);
      },
      [self, name, number](const caf::error& why) { size_unknown(self, name, number, why); });
}

void wake_held(self_ptr self) {
  std::vector<std::string> held;
  for (const auto& [name, shortage] : self->state.shortages) {
    if (shortage.waiting)
      held.push_back(name);
  }
  for (const auto& name : held)
    pause_over(self, name);
}

void note_full_disk(self_ptr self, const std::string& name, std::int64_t free) {
  auto& st = self->state;
  if (free == 0)
    return;
  st.least[name] = planning::need_beyond(free);
  st.waits.set(self, least_timer + name, least_pause);
}

void doubt_least(images_state& st, const std::string& timer) {
  st.least.erase(timer.substr(std::string_view{least_timer}.size()));
}

} // namespace copal::images_parts
