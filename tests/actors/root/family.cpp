#include "tests/actors/root/family.hpp"

#include <algorithm>
#include <stdexcept>

namespace copal::test {

namespace {

using toy_ptr = supervised<toy_actor>::pointer;

/// Bounds what toys ask each other; longer than any test lasts.
constexpr std::chrono::minutes long_enough{60};

void say(const toy_state& st, const std::string& what) {
  const auto& args = st.args;
  args.log->lines.push_back(args.name + ' ' + std::to_string(args.incarnation) + ' ' + what);
}

void greet_neighbour(toy_ptr self, const toy_state& st) {
  self->request(st.args.neighbour, long_enough, child_health{})
    .then([&st](const child_health&) { say(st, "meets its neighbour"); },
      [&st](const caf::error&) { say(st, "is alone"); });
}

caf::result<relay_counts> ask_neighbour(
  toy_ptr self, const toy_state& st, const timer_due& question) {
  const relay_counts mine{question.timer, st.args.incarnation, 0, 0};
  auto promise = self->make_response_promise<relay_counts>();
  self->request(st.args.neighbour, long_enough, child_health{})
    .then([promise, mine](const child_health&) mutable { promise.deliver(mine); },
      [promise](caf::error& why) mutable { promise.deliver(std::move(why)); });
  return promise;
}

template <std::size_t N>
supervised<toy_actor>::behavior_type named_toy(
  supervised<toy_actor>::stateful_pointer<named_toy_state<N>> self, toy_args args) {
  return toy(self, self->state, std::move(args));
}

child_actor spawn_toy(caf::actor_system& actors, std::size_t n, toy_args args) {
  switch (n) {
    case 0:
      return spawn_actor(actors, named_toy<0>, std::move(args));
    case 1:
      return spawn_actor(actors, named_toy<1>, std::move(args));
    case 2:
      return spawn_actor(actors, named_toy<2>, std::move(args));
    default:
      return spawn_actor(actors, named_toy<3>, std::move(args));
  }
}

} // namespace

bool family_log::has(const std::string& line) const {
  return count(line) > 0;
}

int family_log::count(const std::string& line) const {
  return static_cast<int>(std::count(lines.begin(), lines.end(), line));
}

supervised<toy_actor>::behavior_type toy(toy_ptr self, toy_state& st, toy_args args) {
  st.args = std::move(args);
  say(st, "starts");
  self->set_exit_handler([self, &st](caf::exit_msg& msg) {
    if (st.args.log->stubborn[st.args.name])
      return say(st, "does not want to end");
    say(st, "ends");
    self->quit(std::move(msg.reason));
  });
  return {
    [self, &st](const timer_due& msg) { return ask_neighbour(self, st, msg); },
    [](const child_health& x) { return x; },
    [&st](const stop_all&) { ++st.args.log->told[st.args.name]; },
    [self, &st](const wake_up&) {
      say(st, "wakes up");
      greet_neighbour(self, st);
    },
    [self, &st](const probe&) -> caf::result<alive> {
      if (!st.args.log->silent[st.args.name])
        return alive{};
      return st.unanswered.emplace_back(self->make_response_promise<alive>());
    },
  };
}

family::family(
  virtual_system& s, std::size_t size, const restart_budget& budget, const root_config& config)
  : system(s) {
  std::vector<relay_actor<toy_actor>> relays;
  for (std::size_t i = 0; i < size; ++i)
    relays.push_back(spawn_relay<toy_actor>(s.actors(), {toy_names[i]}));
  std::vector<child_spec> specs;
  for (std::size_t i = 0; i < size; ++i) {
    const toy_actor neighbour = relays[(i + size - 1) % size];
    specs.push_back({toy_names[i],
      budget,
      std::chrono::seconds{2},
      relays[i],
      [neighbour, i, l = log](caf::actor_system& actors, std::uint64_t incarnation) -> child_actor {
        const std::string name = toy_names[i];
        if (auto& failing = l->failing_starts[name]; failing > 0) {
          if (--failing % 2 == 0)
            throw std::runtime_error("no room");
          return {};
        }
        return spawn_toy(actors, i, {name, incarnation, neighbour, l});
      }});
    toys.emplace_back(relays[i]);
  }
  root = spawn_root(s.actors(), config, std::move(specs));
  // Kept, since nothing else refers to it and CAF ends what nobody can reach.
  end_watcher_ =
    s.actors().spawn([r = root, e = end](caf::event_based_actor* self) -> caf::behavior {
      self->set_down_handler([self, e](caf::down_msg& msg) {
        *e = std::move(msg.reason);
        self->quit();
      });
      self->monitor(r);
      return {[](const alive&) {}};
    });
}

health family::look() {
  auto answer = ask(system, root, get_health{});
  system.settle();
  return *answer.get();
}

child_health family::look(const std::string& name) {
  const auto all = look();
  for (const auto& child : all.children) {
    if (child.name == name)
      return child;
  }
  throw std::logic_error("no child is called " + name);
}

} // namespace copal::test
