#include "actors/containers/containers.hpp"

#include "actors/containers/view.hpp"

namespace copal {

containers_child::behavior_type containers(containers_parts::self_ptr self,
  containers_links links,
  containers_config config,
  std::uint64_t incarnation) {
  using namespace containers_parts;
  self->state.links = std::move(links);
  self->state.config = std::move(config);
  if (!self->state.config.wall_clock)
    self->state.config.wall_clock = [] { return wall_time{}; };
  self->state.incarnation = incarnation;
  return {
    [self](engine::event_batch& batch) {
      take_events(self, batch);
      return engine::taken{};
    },
    [self](const engine::watch_ended& ended) { watch_over(self, ended.watch); },
    [self](const do_step& msg) { return do_one(self, msg.what); },
    [self](const get_engine_view&) {
      tell(self);
      return self->state.last;
    },
    [self](const wake_up&) {
      begin_watch(self);
      tell(self);
    },
    [](const probe&) { return alive{}; },
    [self](const timer_due& due) {
      if (self->state.waits.fired(due))
        watch_due(self);
    },
  };
}

} // namespace copal
