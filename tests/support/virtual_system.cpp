#include "tests/support/virtual_system.hpp"

#include "messages/protocol/type_ids.hpp"

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <stdexcept>

#include <caf/actor_cast.hpp>
#include <caf/deep_to_string.hpp>
#include <caf/exit_reason.hpp>
#include <caf/system_messages.hpp>

namespace copal::test {

namespace {

/// More messages than any test needs without time passing: two actors that keep each other busy.
constexpr std::uint64_t restless = 5'000'000;

caf::scheduler::test_coordinator& coordinator_of(caf::actor_system& system) {
  return dynamic_cast<caf::scheduler::test_coordinator&>(system.scheduler());
}

caf::mailbox_element* next_message(caf::scheduled_actor& actor) {
  auto& mailbox = actor.mailbox();
  return mailbox.closed() || mailbox.blocked() ? nullptr : mailbox.peek();
}

/// With the names of the types, since many messages have no fields.
std::string printed(caf::actor_system& system, const caf::message& what) {
  std::string out;
  for (std::size_t i = 0; i < what.size(); ++i) {
    const auto [number, info] = what.type(i);
    out += system.types().portable_name(number, info) + ' ';
  }
  return out + caf::to_string(what);
}

} // namespace

virtual_system::config::config() {
  add_messages_to(*this);
  set("scheduler.policy", caf::atom("testing"));
  set("logger.file-verbosity", caf::atom("quiet"));
}

virtual_system::virtual_system(std::uint64_t seed)
  : seed_(seed),
    guard_(seed),
    system_(config_),
    scheduler_(coordinator_of(system_)),
    clock_(scheduler_.clock()),
    order_(seed),
    random_(order_.fork()),
    fingerprint_(seed),
    trace_(std::getenv("SIM_TRACE") != nullptr) {
  // CAF's own actors: they are not ours to kill.
  while (scheduler_.try_run_once()) {}
  // A clock at its zero confuses timers.
  clock_.current_time += std::chrono::hours(1);
  began_ = clock_.now();
}

virtual_system::~virtual_system() {
  before_job = nullptr;
  kills_.clear();
  thaw_all();
  // An end may cause new beginnings, whose jobs are seen in the next round.
  for (int round = 0; round < 100; ++round) {
    clock_.cancel_all();
    bool any = false;
    for (const auto& [id, weak] : seen_) {
      if (auto actor = caf::actor_cast<caf::strong_actor_ptr>(weak)) {
        auto* scheduled = dynamic_cast<caf::scheduled_actor*>(actor->get());
        if (scheduled != nullptr && !scheduled->getf(caf::abstract_actor::is_terminated_flag)) {
          kill(*scheduled);
          any = true;
        }
      }
    }
    try {
      settle();
    } catch (const std::exception& e) {
      std::cerr << "at the end: " << e.what() << '\n';
      break;
    }
    if (!any && scheduler_.jobs.empty())
      break;
  }
  clock_.cancel_all();
}

void virtual_system::settle() {
  run([] { return false; }, now());
}

void virtual_system::run_for(duration time) {
  run([] { return false; }, now() + time);
}

bool virtual_system::run_until(const std::function<bool()>& done, duration limit) {
  return run(done, now() + limit);
}

bool virtual_system::run(const std::function<bool()>& done, time_point limit) {
  if (done())
    return true;
  for (;;) {
    while (run_one()) {
      if (done())
        return true;
    }
    if (!next_timeout(limit))
      return done();
  }
}

bool virtual_system::next_timeout(time_point limit) {
  const auto& schedule = clock_.schedule();
  const auto due = schedule.empty() ? time_point::max() : schedule.begin()->first;
  if (due > limit) {
    clock_.current_time = std::max(clock_.current_time, limit);
    return false;
  }
  const auto pause = std::max(due - now(), duration{0});
  if (pause > duration{0})
    at_this_time_ = 0;
  scheduler_.advance_time(std::chrono::duration_cast<caf::timespan>(pause));
  return true;
}

bool virtual_system::choose_job() {
  auto& jobs = scheduler_.jobs;
  while (!jobs.empty()) {
    // Drawn anew each time: an actor with more messages was put in front again.
    const auto chosen = jobs.begin() + static_cast<std::ptrdiff_t>(order_.below(jobs.size()));
    std::rotate(jobs.begin(), chosen, chosen + 1);
    auto* actor = dynamic_cast<caf::scheduled_actor*>(jobs.front());
    if (actor == nullptr || !frozen_.contains(actor->id()))
      return true;
    held_.push_back(jobs.front());
    jobs.pop_front();
  }
  return false;
}

bool virtual_system::run_one() {
  if (!choose_job())
    return false;
  if (++at_this_time_ > restless)
    throw std::runtime_error(
      "the actors do not come to rest; replay with SIM_SEED=" + std::to_string(seed_));
  if (auto* actor = dynamic_cast<caf::scheduled_actor*>(scheduler_.jobs.front()))
    prepare(*actor);
  return scheduler_.try_run_once();
}

void virtual_system::prepare(caf::scheduled_actor& actor) {
  remember(actor);
  const auto* element = next_message(actor);
  if (element == nullptr)
    return; // it is only being launched
  ++messages_;
  const std::string name = actor.name();
  const auto nth = ++taken_[name];
  for (const char c : name)
    fingerprint_ = (fingerprint_ ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  fingerprint_ = (fingerprint_ ^ static_cast<std::uint64_t>(elapsed().count())) * 0x100000001b3U;
  if (trace_)
    std::cerr << std::chrono::duration<double>(elapsed()).count() << ' ' << name << ' '
              << actor.id() << ": " << printed(system_, element->copy_content_to_message()) << '\n';
  if (before_job)
    before_job({actor, name, nth, element->copy_content_to_message()});
  const auto planned = std::find_if(kills_.begin(), kills_.end(), [&](const planned_kill& k) {
    return k.name == name && k.nth == nth;
  });
  if (planned != kills_.end()) {
    kills_.erase(planned);
    kill(actor);
  }
}

void virtual_system::remember(caf::scheduled_actor& actor) {
  seen_.try_emplace(actor.id(), caf::actor_cast<caf::weak_actor_ptr>(&actor));
  if (seen_.size() < next_prune_)
    return;
  std::erase_if(
    seen_, [](const auto& x) { return !caf::actor_cast<caf::strong_actor_ptr>(x.second); });
  next_prune_ = 2 * std::max<std::size_t>(seen_.size(), 512);
}

std::uint64_t virtual_system::messages(std::string_view name) const {
  const auto it = taken_.find(name);
  return it == taken_.end() ? 0 : it->second;
}

void virtual_system::kill(caf::scheduled_actor& actor) {
  // Urgent, so that it comes before what is already in the mailbox.
  actor.enqueue(nullptr,
    caf::make_message_id(caf::message_priority::high),
    caf::make_message(caf::exit_msg{actor.address(), caf::exit_reason::kill}),
    nullptr);
}

void virtual_system::kill_before(std::string name, std::uint64_t k) {
  const auto nth = messages(name) + k;
  kills_.push_back({std::move(name), nth});
}

void virtual_system::freeze(const caf::strong_actor_ptr& actor) {
  if (actor)
    frozen_.insert(actor->id());
}

void virtual_system::thaw_all() {
  frozen_.clear();
  scheduler_.jobs.insert(scheduler_.jobs.end(), held_.begin(), held_.end());
  held_.clear();
}

std::vector<caf::strong_actor_ptr> virtual_system::running(std::string_view name) const {
  std::vector<caf::strong_actor_ptr> found;
  for (const auto& [id, weak] : seen_) {
    if (auto actor = caf::actor_cast<caf::strong_actor_ptr>(weak)) {
      auto* scheduled = dynamic_cast<caf::scheduled_actor*>(actor->get());
      if (scheduled != nullptr && name == scheduled->name()
          && !scheduled->getf(caf::abstract_actor::is_terminated_flag))
        found.push_back(std::move(actor));
    }
  }
  return found;
}

} // namespace copal::test
