#include "tests/contract/engine_bench.hpp"

#include <caf/typed_event_based_actor.hpp>
#include <doctest/doctest.h>

namespace copal::contract {

std::vector<engine::event> heard::events(std::uint64_t watch) {
  std::vector<engine::event> out;
  for (const auto& batch : batches) {
    if (batch.watch == watch)
      out.insert(out.end(), batch.events.begin(), batch.events.end());
  }
  return out;
}

std::optional<error> heard::end_of(std::uint64_t watch) {
  for (const auto& x : ended) {
    if (x.watch == watch)
      return x.why;
  }
  return std::nullopt;
}

event_sink_actor spawn_event_recorder(caf::actor_system& system, std::shared_ptr<heard> notes) {
  return system.spawn([notes]() -> event_sink_actor::behavior_type {
    return {
      [notes](const engine::event_batch& x) {
        const std::lock_guard lock{notes->guard};
        notes->batches.push_back(x);
        notes->more.notify_all();
        return engine::taken{};
      },
      [notes](const engine::watch_ended& x) {
        const std::lock_guard lock{notes->guard};
        notes->ended.push_back(x);
        notes->more.notify_all();
      },
    };
  });
}

pull_sink_actor spawn_pull_recorder(caf::actor_system& system, std::shared_ptr<heard> notes) {
  return system.spawn([notes]() -> pull_sink_actor::behavior_type {
    return {
      [notes](const engine::pull_progress& x) {
        const std::lock_guard lock{notes->guard};
        notes->progress.push_back(x);
        notes->more.notify_all();
      },
    };
  });
}

scratch_container::~scratch_container() {
  if (!id_.empty())
    (void)ask(engine::remove_container{id_, true}); // a failure shows in the next test
}

std::string have(const std::string& name) {
  const auto reference = bench().image(name);
  auto there = ask(engine::inspect_image{reference});
  if (!there) {
    const auto pulled = ask(engine::pull_image{reference, {}});
    REQUIRE_MESSAGE(pulled, to_string(pulled.error()));
    there = ask(engine::inspect_image{reference});
  }
  REQUIRE_MESSAGE(there, to_string(there.error()));
  return there->image.id.value;
}

container_config sleeper() {
  container_config out;
  out.image = have("test/base:1");
  out.command = {"/bin/busybox", "sleep", "100000"};
  out.env["PATH"] = secret{"/bin"};
  out.network_mode = "none";
  out.restart = {restart_mode::no, 0};
  out.stop_grace_period = std::chrono::seconds{1};
  return out;
}

scratch_container create(const std::string& name, const container_config& config) {
  auto made = ask(engine::create_container{name, config});
  REQUIRE_MESSAGE(made, to_string(made.error()));
  return scratch_container{std::move(*made)};
}

container look(const container_id& id) {
  auto shown = ask(engine::inspect_container{id});
  REQUIRE_MESSAGE(shown, to_string(shown.error()));
  return std::move(*shown);
}

} // namespace copal::contract
