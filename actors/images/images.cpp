#include "actors/images/images.hpp"

#include "actors/images/parts.hpp"

namespace copal {

namespace images_parts {

namespace {

/// Steps on rows at a time; above it they are refused.
constexpr std::size_t most_steps = 1000;

caf::result<image_step_done> do_one(self_ptr self, const step& what) {
  auto& st = self->state;
  if (!st.rows_known || !st.engine_known)
    return to_caf({errc::unavailable, "the images are not known yet"});
  const auto subject = subject_of(what);
  if (const auto* fetch = std::get_if<fetch_image>(&what.action)) {
    begin_fetch(self, fetch->row);
    tell(self);
    return image_step_done{st.last};
  }
  if (const auto it = st.steps.find(subject); it != st.steps.end()) {
    if (it->second.what.action != what.action)
      return to_caf({errc::conflict, "a step on it is under way: " + to_string(it->second.what)});
    it->second.askers.push_back(self->make_response_promise<image_step_done>());
    return it->second.askers.back();
  }
  if (st.steps.size() >= most_steps)
    return to_caf({errc::exhausted, "too many steps at once"});
  running_image_step one;
  one.what = what;
  one.askers.push_back(self->make_response_promise<image_step_done>());
  auto promise = one.askers.back();
  st.steps.emplace(subject, std::move(one));
  if (const auto* a = std::get_if<save_image>(&what.action))
    save(self, subject, a->row);
  else if (const auto* b = std::get_if<remove_image>(&what.action))
    remove(self, subject, b->row);
  else
    finish(self, subject, error{errc::internal, "not a step on images: " + to_string(what)});
  return promise;
}

/// What an earlier incarnation fetches would come after its row was dropped, and nobody would know
/// whose it is. An edge that does not answer has no fetch, or loses it with its end.
void begin(self_ptr self) {
  self->request(self->state.links.engine, read_deadline, engine::end_pulls{})
    .then([self](const engine::done&) { load_rows(self); },
      [self](const caf::error&) { load_rows(self); });
}

void timer_fired(self_ptr self, const std::string& key) {
  auto& st = self->state;
  if (key == look_timer)
    return look(self);
  if (key == load_timer)
    return load_rows(self);
  if (key == fetch_timer)
    return check_fetches(self);
  if (key.starts_with(least_timer))
    return doubt_least(st, key);
  pause_over(self, key);
}

} // namespace

} // namespace images_parts

images_child::behavior_type images(images_parts::self_ptr self,
  images_links links,
  images_config config,
  std::uint64_t incarnation) {
  using namespace images_parts;
  self->state.links = std::move(links);
  self->state.config = std::move(config);
  if (!self->state.config.wall_clock)
    self->state.config.wall_clock = [] { return wall_time{}; };
  self->state.incarnation = incarnation;
  return {
    [self](const engine::pull_progress& news) { take_progress(self, news); },
    [self](const look_at_images&) { look(self); },
    [self](const do_step& msg) { return do_one(self, msg.what); },
    [self](const get_images_view&) {
      tell(self);
      return self->state.last;
    },
    [self](const wake_up&) {
      begin(self);
      tell(self);
    },
    [](const probe&) { return alive{}; },
    [self](const timer_due& due) {
      if (const auto key = self->state.waits.fired(due))
        timer_fired(self, *key);
    },
  };
}

} // namespace copal
