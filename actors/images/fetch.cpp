// Fetching: the row first, then the image, then the row again with the image's id.

#include "actors/images/parts.hpp"
#include "actors/planning/backoff.hpp"
#include "actors/planning/plan/image_space.hpp"
#include "actors/planning/plan/own_image.hpp"

#include <algorithm>

namespace copal::images_parts {

namespace {

/// The whole of a fetch; a slow link may need hours.
constexpr std::chrono::minutes fetch_deadline{24 * 60};
/// The engine edge reports at least every 15 s while the engine lives; two silent periods of this
/// length mean that it does not.
constexpr std::chrono::minutes silence{1};
/// What is wanted is asked for again as soon as its pause is over, unless the update waits for
/// something else. What is not asked for so long has no target any more.
constexpr std::chrono::minutes forget_pause{5};

/// Of fetches that were begun before.
void forget(images_state& st, const std::string& name) {
  st.failures.erase(name);
  st.shortages.erase(name);
  st.sizes.erase(name);
  st.least.erase(name);
  st.waits.stop(least_timer + name);
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
  forget(st, name);
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

/// Another image came than was named: it goes again, and so does the row.
void undo_fetch(self_ptr self,
  const std::string& name,
  std::uint64_t number,
  const engine_image& came,
  const error& why) {
  const auto drop = [self, name, number, why] {
    if (!is_current(self, name, number))
      return;
    const auto row = self->state.fetching.at(name).row;
    self->request(self->state.links.store, store_deadline, store::drop_row{row})
      .then(
        [self, name, number, row, why](const store::stored&) {
          forget_row(self->state, row);
          if (is_current(self, name, number))
            fetch_failed(self, name, why);
        },
        [self, name, number, why](const caf::error&) { store_failed(self, name, number, why); });
  };
  if (self->state.fetching.at(name).before.contains(came.id))
    return drop(); // it was there before, for whatever reason
  self
    ->request(self->state.links.engine, remove_deadline, engine::remove_image{came.id.value, false})
    .then([drop](const engine::done&) { drop(); }, [drop](const caf::error&) { drop(); });
}

void take_fetched(
  self_ptr self, const std::string& name, std::uint64_t number, engine::image_details details) {
  if (auto wrong = planning::judge_fetched(name, details.image))
    return undo_fetch(self, name, number, details.image, *wrong);
  record_fetched(self, name, number, std::move(details));
}

/// The pull was a success, and the engine has no image of that name: what came instead?
void look_for_other(
  self_ptr self, const std::string& name, std::uint64_t number, const error& missing) {
  self->request(self->state.links.engine, read_deadline, engine::list_images{})
    .then(
      [self, name, number, missing](const engine::image_list& list) {
        if (!is_current(self, name, number))
          return;
        const auto& before = self->state.fetching.at(name).before;
        for (const auto& image : list.items) {
          const auto came = std::any_of(
            image.digests.begin(), image.digests.end(), [&name](const std::string& digest) {
              return planning::repository_of(digest) == planning::repository_of(name);
            });
          if (const auto wrong = planning::judge_fetched(name, image);
              wrong && came && !before.contains(image.id))
            return undo_fetch(self, name, number, image, *wrong);
        }
        fetch_failed(self, name, missing);
      },
      [self, name, number, missing](const caf::error&) {
        if (is_current(self, name, number))
          fetch_failed(self, name, missing);
      });
}

void look_at_fetched(self_ptr self, const std::string& name, std::uint64_t number) {
  self->request(self->state.links.engine, read_deadline, engine::inspect_image{name})
    .then(
      [self, name, number](engine::image_details& details) {
        if (is_current(self, name, number))
          take_fetched(self, name, number, std::move(details));
      },
      [self, name, number](const caf::error& why) {
        if (!is_current(self, name, number))
          return;
        const auto missing = from_caf(why).with_context("after the fetch");
        if (missing.code == errc::not_found)
          return look_for_other(self, name, number, missing);
        fetch_failed(self, name, missing);
      });
}

void pull(self_ptr self, const std::string& name, std::uint64_t number) {
  auto& fetch = self->state.fetching.at(name);
  fetch.pulling = true;
  fetch.heard = true;
  for (const auto& image : self->state.engine)
    fetch.before.insert(image.id);
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

bool is_current(self_ptr self, const std::string& name, std::uint64_t number) {
  const auto it = self->state.fetching.find(name);
  return it != self->state.fetching.end() && it->second.number == number;
}

void forget_fetch(images_state& st, const std::string& name) {
  st.fetching.erase(name);
  forget(st, name);
}

void fetch_failed(self_ptr self, const std::string& name, error why) {
  auto& st = self->state;
  if (const auto it = st.fetching.find(name); it != st.fetching.end()) {
    // One that has brought nothing was refused for some other bound.
    if (why.code == errc::exhausted && it->second.percent > 0)
      note_full_disk(self, name, it->second.free);
    st.fetching.erase(it);
  }
  if (st.failures.size() >= most_names)
    std::erase_if(st.failures, [&st](const auto& x) { return !st.fetching.contains(x.first); });
  auto& failure = st.failures[name];
  failure.name = name;
  planning::count_failure(failure, std::move(why), st.config.wall_clock(), st.config.longest_pause);
  st.waits.set(self, name, failure.pause);
  tell(self);
  look(self); // It may have had its effect all the same.
}

void pause_over(self_ptr self, const std::string& name) {
  auto& st = self->state;
  if (st.fetching.contains(name))
    return;
  auto waited = false;
  if (const auto it = st.failures.find(name); it != st.failures.end())
    waited = std::exchange(it->second.waiting, false);
  if (const auto it = st.shortages.find(name); it != st.shortages.end())
    waited = std::exchange(it->second.waiting, false) || waited;
  // Without the engine nothing is asked for.
  if (waited || !st.engine_known) {
    st.waits.set(self, name, forget_pause);
  } else {
    forget(st, name);
    forget_facts(st);
  }
  tell(self);
}

void end_pause(images_state& st, const std::string& name) {
  st.waits.stop(name);
  if (const auto it = st.failures.find(name); it != st.failures.end())
    it->second.waiting = false;
  if (const auto it = st.shortages.find(name); it != st.shortages.end())
    it->second.waiting = false;
}

void record_and_pull(self_ptr self, const std::string& name, std::uint64_t number) {
  if (self->state.shortages.erase(name) > 0)
    tell(self);
  const auto row = self->state.fetching.at(name).row;
  self->request(self->state.links.store, store_deadline, store::put_row{row})
    .then(
      [self, name, number, row](const store::stored&) {
        if (!is_current(self, name, number))
          return;
        keep_row(self->state, row);
        pull(self, name, number);
      },
      [self, name, number](const caf::error& why) {
        store_failed(self, name, number, from_caf(why).with_context("recording the fetch"));
      });
}

void begin_fetch(self_ptr self, const image_row& row) {
  auto& st = self->state;
  const auto name = row.name;
  if (st.fetching.contains(name))
    return;
  end_pause(st, name);
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
  find_room(self, name, number);
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
    if (fetch.pulling && !std::exchange(fetch.heard, false) && fetch.after_look == 0)
      silent.push_back(name);
  }
  for (const auto& name : silent)
    fetch_failed(self, name, {errc::timeout, "no progress for a minute"});
  if (!st.fetching.empty())
    st.waits.set(self, fetch_timer, silence);
}

} // namespace copal::images_parts
