// Runs the engine contract against a real engine.

#define DOCTEST_CONFIG_IMPLEMENT

#include "tests/contract/real_engine_bench.hpp"

#include "adapters/engine/engine.hpp"
#include "adapters/loop/loop.hpp"
#include "tests/contract/engine_bench.hpp"

#include <cstdlib>
#include <iostream>

#include <caf/actor_system_config.hpp>
#include <caf/scoped_actor.hpp>
#include <doctest/doctest.h>

namespace copal::contract {

namespace {

struct config : caf::actor_system_config {
  config() { add_messages_to(*this); }
};

class real_bench final : public engine_bench {
public:
  explicit real_bench(test::real_engine& real) : real_(real) {
    loop_.start();
    engine_config settings;
    settings.server.path = real.socket();
    engine_ = spawn_engine(
      loop_, settings, spawn_event_recorder(system_, notes), spawn_pull_recorder(system_, notes));
  }

  ~real_bench() override {
    caf::scoped_actor self{system_};
    self->send_exit(engine_, caf::exit_reason::user_shutdown);
    self->wait_for(engine_);
  }

  caf::actor_system& actors() override { return system_; }
  engine_actor engine() override { return engine_; }
  std::string image(const std::string& name) override { return real_.image(name); }

  bool run_until(const std::function<bool()>& done, std::chrono::seconds limit) override {
    std::unique_lock lock{notes->guard};
    return notes->more.wait_for(lock, limit, done);
  }

private:
  test::real_engine& real_;
  config config_;
  caf::actor_system system_{config_};
  loop loop_{system_};
  engine_actor engine_;
};

engine_bench* current = nullptr;
test::real_engine* behind = nullptr;

/// What `tools/test` reads of a runner that cannot run.
int skip(const std::string& why) {
  constexpr int skipped = 77;
  std::cout << "no engine can be started here: " << why << '\n'
            << "[contract] test cases: 1 | 0 passed | 0 failed | 1 skipped\n";
  return skipped;
}

} // namespace

engine_bench& bench() {
  return *current;
}

test::real_engine& real_engine() {
  return *behind;
}

} // namespace copal::contract

int main(int argc, char** argv) {
  using namespace copal;
  auto real = test::real_engine::start();
  const char* ci = std::getenv("CI");
  if (!real && (ci == nullptr || std::string{ci} != "true"))
    return contract::skip(real.error().what);
  if (!real) {
    std::cerr << "no engine: " << real.error().what << '\n';
    return 1;
  }
  contract::real_bench bench{**real};
  contract::current = &bench;
  contract::behind = real->get();
  doctest::Context context{argc, argv};
  return context.run();
}
