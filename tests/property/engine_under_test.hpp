#pragma once

#include "adapters/engine/engine.hpp"
#include "adapters/loop/loop.hpp"
#include "messages/result.hpp"
#include "tests/integration/support/real_engine.hpp"
#include "tests/property/make.hpp"

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/scoped_actor.hpp>

namespace copal::property {

/// A real engine, our adapter before it, and what the cases share: images, networks, and a
/// container `db` whose network others use.
class engine_under_test {
public:
  /// `unavailable` with the reason where that engine cannot run.
  static result<std::unique_ptr<engine_under_test>> start(make_of_engine make);
  ~engine_under_test();
  engine_under_test(const engine_under_test&) = delete;
  engine_under_test& operator=(const engine_under_test&) = delete;

  [[nodiscard]] make_of_engine make() const { return make_; }
  [[nodiscard]] const container_id& db() const { return db_; }
  [[nodiscard]] const engine_features& lacks() const { return lacks_; }
  [[nodiscard]] device_facts device() const;
  [[nodiscard]] const std::string& socket() const { return real_->socket(); }

  /// Asks the adapter and waits; any thread may.
  template <class Answer, class Message>
  result<Answer> ask(Message message) {
    caf::scoped_actor self{system_};
    result<Answer> out = fail(errc::timeout, "no answer");
    self->request(engine_, caf::infinite, std::move(message))
      .receive([&](Answer& x) { out = std::move(x); },
        [&](caf::error& why) { out = fail(from_caf(why)); });
    return out;
  }

  /// Puts files of services where their mounts look for them. Any thread may.
  result<void> place(const std::vector<service_file>& files);

  /// A container from the configuration, as operations make it: created and joined to all its
  /// networks. It is removed again, whatever it was; `meanwhile` sees it before.
  result<container> shown(const std::string& name,
    const container_config& config,
    const std::function<void(const container_id&)>& meanwhile = {});

  /// What an image of the test brings. Known since the start.
  [[nodiscard]] const engine::image_details& image(std::string_view name) const;
  [[nodiscard]] static std::span<const std::string_view> image_names();

private:
  struct actor_config : caf::actor_system_config {
    actor_config();
  };
  engine_under_test(make_of_engine make, std::unique_ptr<test::real_engine> real);
  result<void> prepare();
  result<void> make_shared_things(dialect form);

  make_of_engine make_;
  std::mutex placing_; ///< One at a time, as the host's edge does it.
  std::unique_ptr<test::real_engine> real_;
  actor_config config_;
  caf::actor_system system_{config_};
  loop loop_{system_};
  engine_actor engine_;
  container_id db_;
  engine_features lacks_;
  std::map<std::string, engine::image_details, std::less<>> images_;
};

/// The engine that this process runs against.
engine_under_test& under_test();

} // namespace copal::property
