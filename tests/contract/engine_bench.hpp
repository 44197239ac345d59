#pragma once

#include "messages/protocol/engine.hpp"

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <caf/actor_system.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/response_type.hpp>

/// The contract of messages/protocol/engine.hpp: one suite for every engine, real or fake.
namespace copal::contract {

/// What the sinks and askers heard. Guarded: a real engine's answers come from other threads.
struct heard {
  std::mutex guard;
  std::condition_variable more;
  std::vector<engine::event_batch> batches;
  std::vector<engine::watch_ended> ended;
  std::vector<engine::pull_progress> progress;

  /// All events of a watch, in order.
  std::vector<engine::event> events(std::uint64_t watch);
  /// The reason a watch ended with, once it did.
  std::optional<error> end_of(std::uint64_t watch);
};

/// Spawns a sink that notes what it hears.
event_sink_actor spawn_event_recorder(caf::actor_system& system, std::shared_ptr<heard> notes);
pull_sink_actor spawn_pull_recorder(caf::actor_system& system, std::shared_ptr<heard> notes);

/// An engine under test, and the world it lives in.
///
/// Its registry holds `test/base:1` (command `/bin/busybox sleep 100000`, environment PATH=/bin),
/// `test/base:2` (the same with the label version=2), `test/full:1` (every fact an image can bring,
/// see the image contract), `test/large:1` (several layers) and `test/broken:1` (its command cannot
/// be executed). At the beginning the engine has none of them.
class engine_bench {
public:
  virtual ~engine_bench() = default;

  virtual caf::actor_system& actors() = 0;
  virtual engine_actor engine() = 0;
  /// The full reference of an image of the registry.
  virtual std::string image(const std::string& name) = 0;
  /// Lets the world go on until the predicate holds (asked under the guard of `notes`). False when
  /// it did not in time.
  virtual bool run_until(const std::function<bool()>& done, std::chrono::seconds limit) = 0;

  std::shared_ptr<heard> notes = std::make_shared<heard>();
};

/// The engine under test; each runner of the suite defines it.
engine_bench& bench();

/// Asks, and waits for the answer.
template <class Message>
auto ask(Message message) {
  using outputs = caf::response_type_t<engine_actor::signatures, Message>;
  using reply = caf::detail::tl_head_t<outputs>;
  auto& world = bench();
  auto notes = world.notes;
  auto kept = std::make_shared<std::optional<result<reply>>>();
  world.actors().spawn([notes, kept, whom = world.engine(), message = std::move(message)](
                         caf::event_based_actor* self) mutable {
    auto keep = [notes, kept](result<reply> x) {
      const std::lock_guard lock{notes->guard};
      *kept = std::move(x);
      notes->more.notify_all();
    };
    self->request(whom, caf::infinite, std::move(message))
      .then([keep](reply& x) { keep(std::move(x)); },
        [keep](caf::error& why) { keep(fail(from_caf(why))); });
  });
  constexpr std::chrono::seconds patience{120};
  if (!world.run_until([kept] { return kept->has_value(); }, patience))
    return result<reply>{fail(errc::timeout, "the contract suite lost its patience")};
  return std::move(**kept);
}

/// The code an answer failed with; nothing when it did not.
template <class T>
std::optional<errc> code(const result<T>& x) {
  return x ? std::nullopt : std::optional{x.error().code};
}

/// A container that is removed with the test case, whatever became of it.
class scratch_container {
public:
  explicit scratch_container(container_id id) : id_(std::move(id)) {}
  scratch_container(scratch_container&& other) noexcept : id_(std::exchange(other.id_, {})) {}
  scratch_container& operator=(scratch_container&&) = delete;
  ~scratch_container();

  [[nodiscard]] const container_id& id() const { return id_; }

private:
  container_id id_;
};

/// Pulls an image unless the engine has it; its engine id.
std::string have(const std::string& name);
/// A configuration that runs for ever, from the base image, on the engine's default network.
container_config sleeper();
/// Creates a container; the test case fails when it cannot be.
scratch_container create(const std::string& name, const container_config& config);
/// The container as the engine shows it.
container look(const container_id& id);

} // namespace copal::contract
