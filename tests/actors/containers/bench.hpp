#pragma once

#include "actors/containers/containers.hpp"
#include "tests/fakes/engine_world.hpp"
#include "tests/fakes/fault_source.hpp"
#include "tests/support/ask.hpp"
#include "tests/support/virtual_system.hpp"

#include <memory>
#include <string>

namespace copal::test {

/// `containers` over the fake engine. Fill the world, then `start`.
class containers_bench {
public:
  containers_bench();

  virtual_system system{1};
  std::shared_ptr<engine_world> world = std::make_shared<engine_world>();
  std::shared_ptr<fault_source> faults;
  containers_actor actor; ///< Under test.

  /// A running container of ours, joined to a network.
  container_id add_container(const std::string& service, const std::string& network);

  /// Returns when everything is listed and the events are followed.
  void start();

  answer<step_done> begin(step what) { return ask(system, actor, do_step{std::move(what)}); }
  /// The first call of the step has its effect, and its reply never comes.
  answer<step_done> begin_without_reply(step what);

  /// The answer to the next call of that type is computed, and then takes seconds to arrive.
  template <class Call>
  void slow_down() {
    system.before_job = [this, left = 1](const job& next) mutable {
      const auto hit = left > 0 && next.name == "engine" && next.about.match_elements<Call>();
      left -= hit ? 1 : 0;
      faults->rates.slow = hit ? 100 : 0;
    };
  }
  /// Runs until the engine has carried out one more call of that name.
  bool wait_for_call(const std::string& name);

  engine_view view();
  /// The container as the view shows it; throws when it does not.
  container shown(const container_id& id);
};

} // namespace copal::test
