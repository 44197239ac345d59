// Runs the engine contract against the fake engine, in virtual time.

#define DOCTEST_CONFIG_IMPLEMENT

#include "tests/contract/engine_bench.hpp"
#include "tests/fakes/fake_engine.hpp"
#include "tests/support/virtual_system.hpp"

#include <doctest/doctest.h>

namespace copal::contract {

namespace {

image_facts base_facts() {
  image_facts out;
  out.env = {{"PATH", secret{"/bin"}}};
  out.command = {"/bin/busybox", "sleep", "100000"};
  out.layers = {"sha256:busybox"};
  return out;
}

image_facts full_facts() {
  using namespace std::chrono_literals;
  image_facts out;
  out.env = {{"PATH", secret{"/bin"}}, {"ONLY_IMAGE", secret{"yes"}}};
  out.command = {"sleep", "100000"};
  out.layers = {"sha256:busybox"};
  out.entrypoint = {"/bin/busybox"};
  out.user = "0:0";
  out.working_dir = "/bin";
  out.stop_signal = "SIGINT";
  out.labels = {{"com.example.image", "yes"}, {"io.resin.old", "1"}};
  out.volumes = {"/data"};
  out.healthcheck = {{"CMD", "/bin/busybox", "true"}, 300s, 3s, 0s, 0};
  return out;
}

class fake_bench final : public engine_bench {
public:
  fake_bench() {
    auto second = base_facts();
    second.labels = {{"version", "2"}};
    auto broken = base_facts();
    broken.command = {"/broken"};
    world_->now = [this] {
      return wall_time{std::chrono::hours{24 * 365 * 50}}
             + std::chrono::nanoseconds{system_.elapsed()};
    };
    world_->not_programs = {"/broken", "/no/such/program"};
    world_->publish(image("test/base:1"), base_facts());
    world_->publish(image("test/base:2"), second);
    world_->publish(image("test/full:1"), full_facts());
    world_->publish(image("test/large:1"), base_facts());
    world_->publish(image("test/broken:1"), broken);
    engine_ = test::spawn_fake_engine(system_.actors(),
      world_,
      faults_,
      spawn_event_recorder(system_.actors(), notes),
      spawn_pull_recorder(system_.actors(), notes));
  }

  caf::actor_system& actors() override { return system_.actors(); }
  engine_actor engine() override { return engine_; }
  std::string image(const std::string& name) override { return "127.0.0.1:5000/" + name; }

  bool run_until(const std::function<bool()>& done, std::chrono::seconds limit) override {
    return done() || system_.run_until(done, limit);
  }

private:
  test::virtual_system system_{1};
  std::shared_ptr<test::engine_world> world_ = std::make_shared<test::engine_world>();
  std::shared_ptr<test::fault_source> faults_ =
    std::make_shared<test::fault_source>(test::random_source{1});
  engine_actor engine_;
};

engine_bench* current = nullptr;

} // namespace

engine_bench& bench() {
  return *current;
}

} // namespace copal::contract

int main(int argc, char** argv) {
  copal::contract::fake_bench bench;
  copal::contract::current = &bench;
  doctest::Context context{argc, argv};
  return context.run();
}
