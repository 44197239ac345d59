#include "tests/actors/root/family.hpp"

#include <algorithm>

namespace copal::test {

namespace {

using toy_ptr = supervised<toy_actor>::stateful_pointer<toy_state>;
using counts_promise = caf::typed_response_promise<relay_counts>;

/// Bounds what toys ask each other; longer than any test lasts.
constexpr std::chrono::minutes long_enough{60};

void say(toy_ptr self, const std::string& what) {
  const auto& args = self->state.args;
  args.log->lines.push_back(args.name + (" " + std::to_string(args.incarnation)) + ' ' + what);
}

void greet_neighbour(toy_ptr self) {
  const auto& args = self->state.args;
  if (!args.neighbour)
    return;
  self->request(args.neighbour, long_enough, get_relay_counts{})
    .then([self](const relay_counts&) { say(self, "meets its neighbour"); },
      [self](const caf::error&) { say(self, "is alone"); });
}

caf::result<relay_counts> ask_neighbour(toy_ptr self, std::uint64_t number) {
  const auto& args = self->state.args;
  const relay_counts mine{number, args.incarnation, 0, 0};
  if (!args.neighbour)
    return mine;
  auto promise = self->make_response_promise<relay_counts>();
  self->request(args.neighbour, long_enough, get_relay_counts{})
    .then([promise, mine](const relay_counts&) mutable { promise.deliver(mine); },
      [promise](caf::error& why) mutable { promise.deliver(std::move(why)); });
  return promise;
}

} // namespace

bool family_log::has(const std::string& line) const {
  return count(line) > 0;
}

int family_log::count(const std::string& line) const {
  return static_cast<int>(std::count(lines.begin(), lines.end(), line));
}

supervised<toy_actor>::behavior_type toy(toy_ptr self, toy_args args) {
  self->state.name = args.name;
  self->state.args = std::move(args);
  say(self, "starts");
  self->set_exit_handler([self](caf::exit_msg& msg) {
    if (self->state.args.log->stubborn[self->state.args.name])
      return say(self, "does not want to end");
    say(self, "ends");
    self->quit(std::move(msg.reason));
  });
  return {
    [self](const timer_due& msg) { return ask_neighbour(self, msg.timer); },
    [self](const get_relay_counts&) {
      return relay_counts{0, self->state.args.incarnation, 0, 0};
    },
    [self](const stop_all&) { ++self->state.args.log->told[self->state.args.name]; },
    [self](const wake_up&) {
      say(self, "wakes up");
      greet_neighbour(self);
    },
    [self](const probe&) -> caf::result<alive> {
      if (!self->state.args.log->silent[self->state.args.name])
        return alive{};
      return self->state.unanswered.emplace_back(self->make_response_promise<alive>());
    },
  };
}

family::family(virtual_system& s,
  const std::vector<const char*>& names,
  const restart_budget& budget,
  const root_config& config)
  : system(s) {
  std::vector<relay_actor<toy_actor>> relays;
  for (const auto* name : names)
    relays.push_back(spawn_relay<toy_actor>(s.actors(), {name}));
  std::vector<child_spec> specs;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const toy_actor neighbour = relays[(i + names.size() - 1) % names.size()];
    specs.push_back(child_of<toy_actor>(names[i],
      budget,
      relays[i],
      [neighbour, name = names[i], l = log](caf::actor_system& actors, std::uint64_t incarnation) {
        if (auto& failing = l->failing_starts[name]; failing > 0) {
          --failing;
          throw std::runtime_error("no room");
        }
        return spawn_actor(actors, toy, toy_args{name, incarnation, neighbour, l});
      }));
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
