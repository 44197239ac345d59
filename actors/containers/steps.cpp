// Doing a step: its engine calls one after the other, then a look at what they changed, then the
// answer. A step that failed is looked at too: its call may have had its effect all the same.

#include "actors/containers/view.hpp"

namespace copal::containers_parts {

namespace {

/// Steps done at a time; above it they are refused. A plan has one per service, network and volume.
constexpr std::size_t most_steps = 1000;

void run_next(self_ptr self, const std::string& subject);

/// The step is over and what it changed is known: everybody who asked is answered.
void finish(self_ptr self, const std::string& subject) {
  auto& st = self->state;
  const auto it = st.steps.find(subject);
  if (it == st.steps.end())
    return;
  auto done = std::move(it->second);
  st.steps.erase(it);
  tell(self);
  for (auto& asker : done.askers) {
    if (done.failed)
      asker.deliver(to_caf(*done.failed));
    else
      asker.deliver(step_done{st.last});
  }
}

void look_and_finish(self_ptr self, const std::string& subject, const container_id& id) {
  const auto look = begin_look(self->state);
  self->state.steps.at(subject).looking = true;
  self->request(self->state.links.engine, read_deadline, engine::inspect_container{id})
    .then(
      [self, subject, look, id](const container& what) {
        show(self->state, look, what);
        if (self->state.look_again.erase(id) > 0)
          return look_and_finish(self, subject, id);
        finish(self, subject);
      },
      [self, subject, look, id](const caf::error& why) {
        const auto gone = from_caf(why).code == errc::not_found;
        if (gone)
          show_gone(self->state, look, id);
        finish(self, subject);
        if (is_away(why))
          watch_failed(self, self->state.watch, from_caf(why));
      });
}

template <class List, class Question>
void list_and_finish(self_ptr self, const std::string& subject, Question question) {
  ask_for_list<List>(
    self,
    question,
    [self, subject](std::uint64_t look, List& list) {
      show(self->state, look, list);
      finish(self, subject);
    },
    [self, subject](const caf::error& why) {
      finish(self, subject);
      watch_failed(self, self->state.watch, from_caf(why));
    });
}

void calls_ended(self_ptr self, const std::string& subject) {
  auto& st = self->state;
  const auto& done = st.steps.at(subject);
  switch (aspect_of(done.what.action)) {
    case aspect::networks:
      return list_and_finish<engine::network_list>(self, subject, engine::list_networks{});
    case aspect::volumes:
      return list_and_finish<engine::volume_list>(self, subject, engine::list_volumes{});
    case aspect::container:
      break;
  }
  if (!done.failed && removes_container(done.what.action)) {
    show_gone(st, begin_look(st), done.id);
    return finish(self, subject);
  }
  if (!done.id.empty())
    return look_and_finish(self, subject, done.id);
  // A creation without an answer: only the list tells whether there is a container now.
  if (st.phase == watch_phase::away)
    return finish(self, subject);
  st.after_listing.push_back(subject);
  if (st.phase == watch_phase::live)
    list_all(self);
}

void call_failed(self_ptr self, const std::string& subject, const caf::error& why) {
  auto& done = self->state.steps.at(subject);
  done.failed = from_caf(why);
  calls_ended(self, subject);
}

struct send_call {
  self_ptr self;
  const std::string& subject;
  std::chrono::seconds deadline;

  void operator()(const engine::create_container& call) const {
    self->request(self->state.links.engine, deadline, call)
      .then(
        [self = self, subject = subject](const container_id& id) {
          self->state.steps.at(subject).id = id;
          run_next(self, subject);
        },
        [self = self, subject = subject](
          const caf::error& why) { call_failed(self, subject, why); });
  }
  template <class Call>
  void operator()(const Call& call) const {
    self->request(self->state.links.engine, deadline, call)
      .then([self = self, subject = subject](const engine::done&) { run_next(self, subject); },
        [self = self, subject = subject](
          const caf::error& why) { call_failed(self, subject, why); });
  }
};

/// Fills in the container that an earlier call of the step created.
void fill_in(engine_call& call, const container_id& id) {
  if (auto* connect = std::get_if<engine::connect_network>(&call))
    connect->container = id;
  else if (auto* start = std::get_if<engine::start_container>(&call))
    start->id = id;
}

void run_next(self_ptr self, const std::string& subject) {
  auto& current = self->state.steps.at(subject);
  if (current.next == current.calls.size())
    return calls_ended(self, subject);
  auto& call = current.calls[current.next++];
  fill_in(call, current.id);
  if (std::holds_alternative<engine::stop_container>(call))
    self->state.stopped_by_us.insert(current.id);
  std::visit(send_call{self, subject, deadline_of(call)}, call);
}

} // namespace

caf::result<step_done> do_one(self_ptr self, const step& what) {
  auto& st = self->state;
  if (st.phase != watch_phase::live)
    return to_caf({errc::unavailable, "the engine is not there"});
  const auto subject = subject_of(what);
  if (const auto it = st.steps.find(subject); it != st.steps.end()) {
    if (it->second.what.action != what.action)
      return to_caf({errc::conflict, "a step on it is under way: " + to_string(it->second.what)});
    it->second.askers.push_back(self->make_response_promise<step_done>());
    return it->second.askers.back();
  }
  if (st.steps.size() >= most_steps)
    return to_caf({errc::exhausted, "too many steps at once"});
  auto calls = calls_for(what, view_of(st));
  if (!calls)
    return to_caf(calls.error());
  running_step one;
  one.what = what;
  one.calls = std::move(*calls);
  one.id = container_of(what.action);
  one.askers.push_back(self->make_response_promise<step_done>());
  auto promise = one.askers.back();
  st.steps.emplace(subject, std::move(one));
  tell(self);
  run_next(self, subject);
  return promise;
}

void answer_after_listing(self_ptr self) {
  for (const auto& subject : std::exchange(self->state.after_listing, {}))
    finish(self, subject);
}

} // namespace copal::containers_parts
