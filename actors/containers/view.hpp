#pragma once

#include "actors/containers/containers.hpp"

#include <utility>

// The parts of one actor; nobody else includes this.
namespace copal::containers_parts {

using self_ptr = containers_child::stateful_pointer<containers_state>;

/// Reading deadline: the engine answers these from memory.
inline constexpr std::chrono::seconds read_deadline{30};
inline constexpr const char* watch_timer = "watch";

/// The present view, without telling anybody.
engine_view view_of(const containers_state& st);

/// Tells the sink when the view changed since it was told last.
void tell(self_ptr self);

/// The number of a look that begins now.
std::uint64_t begin_look(containers_state& st);

/// Takes what a look showed; an answer older than what is shown is dropped. A container that does
/// not say who it is is not kept.
void show(containers_state& st, std::uint64_t look, const container& what);
void show_gone(containers_state& st, std::uint64_t look, const container_id& id);
void show(containers_state& st, std::uint64_t look, engine::network_list& list);
void show(containers_state& st, std::uint64_t look, engine::volume_list& list);

/// The watch of that number is over; it is tried again after a pause.
void watch_failed(self_ptr self, std::uint64_t watch, error why);

template <class List, class Question>
void relist(self_ptr self, Question question);

inline asked_lists& lists_of(containers_state& st, engine::list_networks /*kind*/) {
  return st.network_lists;
}
inline asked_lists& lists_of(containers_state& st, engine::list_volumes /*kind*/) {
  return st.volume_lists;
}

/// Asks for a list, and once more when something changed while it was on its way.
template <class List, class Question, class Then, class Failed>
void ask_for_list(self_ptr self, Question question, Then then, Failed failed) {
  const auto look = begin_look(self->state);
  ++lists_of(self->state, question).under_way;
  const auto over = [self, question] {
    auto& lists = lists_of(self->state, question);
    if (--lists.under_way == 0 && std::exchange(lists.outdated, false))
      relist<List>(self, question);
  };
  self->request(self->state.links.engine, read_deadline, question)
    .then(
      [look, then, over](List& list) {
        then(look, list);
        over();
      },
      [failed, over](const caf::error& why) {
        failed(why);
        over();
      });
}

/// Lists networks or volumes, and tells what it shows.
template <class List, class Question>
void relist(self_ptr self, Question question) {
  const auto watch = self->state.watch;
  ask_for_list<List>(
    self,
    question,
    [self](std::uint64_t look, List& list) {
      show(self->state, look, list);
      tell(self);
    },
    [self, watch](const caf::error& why) { watch_failed(self, watch, from_caf(why)); });
}

/// Lists everything; inspects the containers that are not as known. While live, what is known stays
/// in force meanwhile. A listing under way is given up for the new one.
void list_all(self_ptr self);

/// Opens a new watch on the engine, then lists everything.
void begin_watch(self_ptr self);

/// The watch's timer is due: tries again, or lists everything once more.
void watch_due(self_ptr self);

/// The engine says that the watch of that number is over; 0: every watch that was open.
void watch_over(self_ptr self, std::uint64_t watch);

/// The listing is complete: from here on the view follows the events.
void become_live(self_ptr self);

/// True for errors that say that the engine is not there, or not now; others are about one thing.
bool is_away(const caf::error& why);

/// Takes events into account: looks at what they point to.
void take_events(self_ptr self, engine::event_batch& batch);

/// Does a step, or joins the same step that is being done.
caf::result<step_done> do_one(self_ptr self, const step& what);

/// The steps that waited for a listing to learn what became of them have their answer.
void answer_after_listing(self_ptr self);

} // namespace copal::containers_parts
