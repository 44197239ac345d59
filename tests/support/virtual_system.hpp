#pragma once

#include "tests/support/random.hpp"
#include "tests/support/wall_clock_guard.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/scheduled_actor.hpp>
#include <caf/scheduler/test_coordinator.hpp>

namespace copal::test {

/// An actor that is about to take a message.
struct job {
  caf::scheduled_actor& actor;
  std::string_view name; ///< Of its state: "conductor".
  std::uint64_t nth;     ///< The message's number among those of all actors of that name.
  caf::message about;
};

/// An actor system without threads and without real time. One message of one actor is handled at a
/// time; which actor's is drawn from the seed. Time stands still while anybody has something to do,
/// and then goes straight to the next timeout, so idle days cost nothing. The same seed gives the
/// same run.
///
/// Declare it first in a test: what is declared after it may hold actor handles. Its end kills all
/// actors, also when an assertion failed before. `SIM_TRACE=1` prints every message.
class virtual_system {
public:
  using clock = caf::actor_clock;
  using time_point = clock::time_point;
  using duration = clock::duration_type;

  explicit virtual_system(std::uint64_t seed);
  ~virtual_system();
  virtual_system(const virtual_system&) = delete;
  virtual_system& operator=(const virtual_system&) = delete;

  caf::actor_system& actors() { return system_; }

  /// For the test's own draws; the scheduler has another source.
  random_source& random() { return random_; }

  [[nodiscard]] time_point now() const { return clock_.now(); }
  /// Virtual time since the beginning.
  [[nodiscard]] duration elapsed() const { return now() - began_; }

  /// Lets the actors work until each waits for a message or for time to pass.
  void settle();

  /// Settles, and lets so much time pass.
  void run_for(duration time);

  /// Runs until the predicate holds, which is asked after every message. False when it did not
  /// within the limit.
  bool run_until(const std::function<bool()>& done, duration limit);

  /// Messages handled so far.
  [[nodiscard]] std::uint64_t messages() const { return messages_; }
  /// Those that actors of that name took.
  [[nodiscard]] std::uint64_t messages(std::string_view name) const;

  /// Depends on every choice so far: two runs with the same seed have the same.
  [[nodiscard]] std::uint64_t fingerprint() const { return fingerprint_; }

  /// Called before each message. It may look, send and kill; the actor about to run may be killed,
  /// too, and then does not see the message.
  std::function<void(const job&)> before_job;

  /// Kills an actor: it takes no further message.
  void kill(caf::scheduled_actor& actor);

  /// Kills the actor of that name which is about to take the k-th message of that name, counted
  /// from 1 and from now.
  void kill_before(std::string name, std::uint64_t k);

  /// Forgets the kills that have not happened yet.
  void spare_all() { kills_.clear(); }

  /// Keeps an actor from running, as a call that never returns would: not even a kill ends it.
  void freeze(const caf::strong_actor_ptr& actor);
  void thaw_all();

  /// The actors that still run, by name: to kill one, or to see that nothing was left behind.
  std::vector<caf::strong_actor_ptr> running(std::string_view name) const;

private:
  struct config : caf::actor_system_config {
    config();
  };
  struct planned_kill {
    std::string name;
    std::uint64_t nth = 0;
  };

  bool run_one();
  bool choose_job();
  void prepare(caf::scheduled_actor& actor);
  bool next_timeout(time_point limit);
  bool run(const std::function<bool()>& done, time_point limit);
  void remember(caf::scheduled_actor& actor);

  std::uint64_t seed_;
  wall_clock_guard guard_;
  config config_;
  caf::actor_system system_;
  caf::scheduler::test_coordinator& scheduler_;
  caf::detail::test_actor_clock& clock_;
  random_source order_;
  random_source random_;
  time_point began_;
  std::map<std::string, std::uint64_t, std::less<>> taken_; ///< Messages by name of the actor.
  std::map<caf::actor_id, caf::weak_actor_ptr> seen_;       ///< Every actor that ever ran.
  std::size_t next_prune_ = 1024;
  std::vector<planned_kill> kills_;
  std::set<caf::actor_id> frozen_;
  std::vector<caf::resumable*> held_; ///< Jobs of frozen actors.
  std::uint64_t messages_ = 0;
  std::uint64_t at_this_time_ = 0; ///< Messages since time passed last.
  std::uint64_t fingerprint_;
  bool trace_;
};

} // namespace copal::test
