#pragma once

#include "adapters/engine/engine.hpp"
#include "adapters/loop/loop.hpp"
#include "tests/support/scripted_server.hpp"

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/response_type.hpp>

namespace copal::test {

/// The engine's edge in front of a scripted server, with sinks that note what they hear.
class edge_bench {
public:
  explicit edge_bench(scripted_server& server, engine_config settings = {});
  ~edge_bench();
  edge_bench(const edge_bench&) = delete;
  edge_bench& operator=(const edge_bench&) = delete;

  /// What was heard. Held under `guard`.
  struct notes {
    std::mutex guard;
    std::condition_variable more;
    std::vector<engine::event_batch> batches;
    std::vector<engine::watch_ended> ended;
    std::vector<engine::pull_progress> progress;
    bool take = true; ///< False: the event sink keeps its credit.
  };

  template <class T>
  using answer = std::shared_ptr<std::optional<result<T>>>;

  /// Asks; the answer comes.
  template <class Message>
  auto begin(Message message) {
    using outputs = caf::response_type_t<supervised_engine_actor::signatures, Message>;
    using reply = caf::detail::tl_head_t<outputs>;
    auto kept = std::make_shared<std::optional<result<reply>>>();
    system_.spawn([heard = heard, kept, whom = edge, message = std::move(message)](
                    caf::event_based_actor* self) mutable {
      auto keep = [heard, kept](result<reply> x) {
        const std::lock_guard lock{heard->guard};
        *kept = std::move(x);
        heard->more.notify_all();
      };
      self->request(whom, caf::infinite, std::move(message))
        .then([keep](reply& x) { keep(std::move(x)); },
          [keep](caf::error& why) { keep(fail(from_caf(why))); });
    });
    return kept;
  }

  /// Waits for an answer.
  template <class T>
  result<T> get(const answer<T>& x) {
    if (!wait([&x] { return x->has_value(); }))
      return fail(errc::internal, "the test lost its patience");
    return **x;
  }

  template <class Message>
  auto ask(Message message) {
    return get(begin(std::move(message)));
  }

  /// Waits for something that is noted. False when it did not come.
  template <class Done>
  bool wait(Done done, std::chrono::seconds limit = std::chrono::minutes{2}) {
    std::unique_lock lock{heard->guard};
    return heard->more.wait_for(lock, limit, done);
  }

  void kill();

  std::shared_ptr<notes> heard = std::make_shared<notes>();

private:
  struct config : caf::actor_system_config {
    config() { add_messages_to(*this); }
  };

  config config_;
  caf::actor_system system_{config_};
  loop loop_{system_};

public:
  supervised_engine_actor edge;
};

/// Answers /version as Docker 20.10 does, and leaves the rest to the script.
scripted_server::script after_version(
  std::function<void(scripted_connection&, const std::string& request)> rest);

} // namespace copal::test
