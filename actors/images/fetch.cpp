// Fetching: the row first, then the image, then the row again with the image's id.

#include "actors/images/parts.hpp"
#include "actors/planning/backoff.hpp"

namespace copal::images_parts {

namespace {

/// The whole of a fetch; a slow link may need hours.
constexpr std::chrono::minutes fetch_deadline{24 * 60};
/// The engine edge reports at least every 15 s while the engine lives; two silent periods of this
/// length mean that it does not.
constexpr std::chrono::minutes silence{1};

bool is_current(self_ptr self, const std::string& name, std::uint64_t number) {
  const auto it = self->state.fetching.find(name);
  return it != self->state.fetching.end() && it->second.number == number;
}

void fetch_failed(self_ptr self, const std::string& name, error why) {
  auto& st = self->state;
  st.fetching.erase(name);
  auto& failure = st.failures[name];
  failure.name = name;
  planning::count_failure(failure, std::move(why), st.config.wall_clock(), st.config.longest_pause);
  st.waits.set(self, name, failure.pause);
  tell(self);
  look(self); // It may have had its effect all the same.
}

void store_failed(self_ptr self, const std::string& name, std::uint64_t number, error why) {
  doubt_rows(self);
  if (is_current(self, name, number))
    fetch_failed(self, name, std::move(why));
}

void fetch_done(
  self_ptr self, const std::string& name, const image_row& row, engine::image_details& details) {
  auto& st = self->state;
  keep_row(st, row);
  st.facts[row.engine_id] = std::move(details.facts);
  st.failures.erase(name);
  // Over when a list shows it: it also shows what else the fetch changed, as a tag that moved away.
  st.fetching.at(name).after_look = st.look_number + 1;
  look(self);
}

void record_fetched(
  self_ptr self, const std::string& name, std::uint64_t number, engine::image_details details) {
  auto row = self->state.fetching.at(name).row;
  row.engine_id = details.image.id;
  self->request(self->state.links.store, store_deadline, store::put_row{row})
    .then(
      [self, name, number, row, details](const store::stored&) mutable {
        if (is_current(self, name, number))
          fetch_done(self, name, row, details);
      },
      [self, name, number](const caf::error& why) {
        store_failed(self, name, number, from_caf(why).with_context("recording the image"));
      });
}

void look_at_fetched(self_ptr self, const std::string& name, std::uint64_t number) {
  self->request(self->state.links.engine, read_deadline, engine::inspect_image{name})
    .then(
      [self, name, number](engine::image_details& details) {
        if (is_current(self, name, number))
          record_fetched(self, name, number, std::move(details));
      },
      [self, name, number](const caf::error& why) {
        if (is_current(self, name, number))
          fetch_failed(self, name, from_caf(why).with_context("after the fetch"));
      });
}

void pull(self_ptr self, const std::string& name, std::uint64_t number) {
  self->request(self->state.links.engine, fetch_deadline, engine::pull_image{name, {}})
    .then(
      [self, name, number](const engine::done&) {
        if (is_current(self, name, number))
          look_at_fetched(self, name, number);
      },
      [self, name, number](const caf::error& why) {
        if (is_current(self, name, number))
          fetch_failed(self, name, from_caf(why));
      });
}

} // namespace

void begin_fetch(self_ptr self, const image_row& row) {
  auto& st = self->state;
  const auto name = row.name;
  if (st.fetching.contains(name))
    return;
  if (auto failure = st.failures.find(name); failure != st.failures.end())
    failure->second.waiting = false;
  const auto number = ++st.last_fetch;
  running_fetch fetch;
  fetch.number = number;
  fetch.row = row;
  fetch.row.engine_id = {};
  fetch.row.ours = true;
  fetch.heard = true;
  st.fetching[name] = fetch;
  if (!st.waits.running(fetch_timer))
    st.waits.set(self, fetch_timer, silence);
  self->request(st.links.store, store_deadline, store::put_row{fetch.row})
    .then(
      [self, name, number, row = fetch.row](const store::stored&) {
        if (!is_current(self, name, number))
          return;
        keep_row(self->state, row);
        pull(self, name, number);
      },
      [self, name, number](const caf::error& why) {
        store_failed(self, name, number, from_caf(why).with_context("recording the fetch"));
      });
}

void take_progress(self_ptr self, const engine::pull_progress& news) {
  auto& st = self->state;
  const auto it = st.fetching.find(news.name);
  if (it == st.fetching.end())
    return;
  it->second.heard = true;
  if (news.percent <= it->second.percent)
    return;
  it->second.percent = std::min(news.percent, 100);
  tell(self);
}

void check_fetches(self_ptr self) {
  auto& st = self->state;
  std::vector<std::string> silent;
  for (auto& [name, fetch] : st.fetching) {
    if (!std::exchange(fetch.heard, false) && fetch.after_look == 0)
      silent.push_back(name);
  }
  for (const auto& name : silent)
    fetch_failed(self, name, {errc::timeout, "no progress for a minute"});
  if (!st.fetching.empty())
    st.waits.set(self, fetch_timer, silence);
}

} // namespace copal::images_parts
