#pragma once

#include "actors/root/root.hpp"
#include "actors/spawn.hpp"
#include "messages/protocol/supervision.hpp"
#include "tests/support/ask.hpp"
#include "tests/support/virtual_system.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

/// Small children for the tests of the root.
namespace copal::test {

/// What toys say to each other and to the tests.
using toy_actor = caf::typed_actor<
  // Asks its neighbour, too, and then answers with the number and its incarnation.
  caf::replies_to<timer_due>::with<relay_counts>,
  // Answered without asking anybody.
  caf::replies_to<child_health>::with<child_health>,
  // Counted.
  caf::reacts_to<stop_all>>;

/// What the children did, in order; and how they are to misbehave.
struct family_log {
  std::vector<std::string> lines;
  std::map<std::string, int> failing_starts; ///< How many of the next starts throw.
  std::map<std::string, bool> silent;        ///< Does not answer probes.
  std::map<std::string, bool> stubborn;      ///< Does not end when asked to.
  std::map<std::string, std::uint64_t> told; ///< One-way messages taken.

  [[nodiscard]] bool has(const std::string& line) const;
  [[nodiscard]] int count(const std::string& line) const;
};

struct toy_args {
  std::string name;
  std::uint64_t incarnation = 0;
  toy_actor neighbour; ///< May be null.
  std::shared_ptr<family_log> log;
};

struct toy_state {
  toy_state() = default;
  toy_args args;
  std::vector<caf::typed_response_promise<alive>> unanswered;
};

/// The scheduler's hooks know actors by the name of their state, also before they have begun.
inline constexpr const char* toy_names[] = {"store", "engine", "conductor", "api"};

template <std::size_t N>
struct named_toy_state : toy_state {
  named_toy_state() = default;
  static inline const char* name = toy_names[N];
};

supervised<toy_actor>::behavior_type toy(
  supervised<toy_actor>::pointer self, toy_state& st, toy_args args);

/// A root with 1 to 4 children. Each has the one before it as its neighbour and the first has the
/// last: the wiring is a circle.
class family {
public:
  family(virtual_system& system,
    std::size_t size,
    const restart_budget& budget,
    const root_config& config = {});

  virtual_system& system;
  std::shared_ptr<family_log> log = std::make_shared<family_log>();
  std::vector<toy_actor> toys; ///< Relays.
  root_actor root;
  /// Why the root ended; nothing while it runs.
  std::shared_ptr<std::optional<caf::error>> end = std::make_shared<std::optional<caf::error>>();

  /// The health, asked and answered without time passing.
  health look();
  child_health look(const std::string& name);

private:
  caf::actor end_watcher_;
};

} // namespace copal::test
