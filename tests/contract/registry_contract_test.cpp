// The registries' edge against a real registry: what it tells of an image is what the engine has
// after a pull.

#define DOCTEST_CONFIG_IMPLEMENT

#include "adapters/loop/loop.hpp"
#include "adapters/registry/registry.hpp"
#include "tests/integration/support/engine_client.hpp"
#include "tests/integration/support/real_engine.hpp"
#include "tests/support/live_system.hpp"

#include <cstdlib>
#include <iostream>

#include <caf/send.hpp>
#include <doctest/doctest.h>
#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

namespace copal::contract {

namespace {

test::real_engine* real = nullptr;

/// The edge, with a login for the registry that wants one, or without.
class bench {
public:
  explicit bench(bool known = false) {
    loop_.start();
    registry_config config;
    if (known)
      config.logins[real->private_registry()] = {"copal", secret{"canary-registry-password"}};
    edge_ = spawn_registry(loop_, std::move(config));
  }
  ~bench() {
    caf::scoped_actor self{*system_};
    self->send_exit(edge_, caf::exit_reason::user_shutdown);
    self->wait_for(edge_);
  }
  bench(const bench&) = delete;
  bench& operator=(const bench&) = delete;

  result<registry::remote_image> look(
    const std::string& image, const std::string& architecture = "amd64") {
    return test::ask<registry::remote_image>(
      *system_, edge_, registry::look_at_image{image, {"linux", architecture, ""}, {}});
  }

private:
  test::live_system system_;
  loop loop_{*system_};
  supervised<registry_actor> edge_;
};

TEST_SUITE("contract") {
  TEST_CASE("registry: what it tells is what a pull brings") {
    bench b;
    const test::engine_client hand{real->socket()};
    for (const std::string name : {"test/base:1", "test/full:1", "test/large:1"}) {
      CAPTURE(name);
      const auto image = real->image(name);
      const auto found = b.look(image);
      REQUIRE_MESSAGE(found, found.error().what);
      REQUIRE(hand.post("/images/create?fromImage=" + image).ok());
      const auto shown = hand.get("/images/" + image + "/json");
      REQUIRE(shown.ok());
      CHECK(found->config == shown.body["Id"]);
      std::vector<std::string> layers;
      for (const auto& layer : found->layers) {
        CHECK(layer.bytes > 0);
        layers.push_back(layer.diff_id);
      }
      CHECK(layers == shown.body["RootFS"]["Layers"].get<std::vector<std::string>>());
      const auto repository = image.substr(0, image.rfind(':'));
      CHECK(shown.body["RepoDigests"][0] == repository + '@' + found->digest);
      const auto again = b.look(repository + '@' + found->digest);
      REQUIRE_MESSAGE(again, again.error().what);
      CHECK(*again == *found);
      hand.remove("/images/" + image);
    }
  }

  TEST_CASE("registry: layers have their bytes") {
    bench b;
    const auto large = b.look(real->image("test/large:1"));
    REQUIRE_MESSAGE(large, large.error().what);
    REQUIRE(large->layers.size() == 4);
    constexpr std::int64_t eight = 8LL * 1024 * 1024; // of chance: no compression helps
    for (std::size_t i = 1; i < 4; ++i)
      CHECK(large->layers[i].bytes >= eight);
  }

  TEST_CASE("registry: what it does not have") {
    bench b;
    CHECK(b.look(real->image("test/base:missing")).error().code == errc::not_found);
    CHECK(b.look(real->image("test/missing:1")).error().code == errc::not_found);
  }

  TEST_CASE("registry: one that wants a login") {
    const auto image = real->private_registry() + "/test/base:1";
    bench stranger;
    const auto refused = stranger.look(image);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == errc::not_found);
    bench known{true};
    const auto found = known.look(image);
    REQUIRE_MESSAGE(found, found.error().what);
    const auto open = stranger.look(real->image("test/base:1"));
    REQUIRE(open);
    CHECK(*found == *open);
  }

  TEST_CASE("registry: one that is away") {
    bench b;
    REQUIRE(real->tell("stop-registry"));
    CHECK(b.look(real->image("test/base:1")).error().code == errc::unavailable);
    REQUIRE(real->tell("start-registry"));
  }
}

/// What `tools/test` reads of a runner that cannot run.
int skip(const std::string& why) {
  constexpr int skipped = 77;
  std::cout << "no engine can be started here: " << why << '\n'
            << "[contract] test cases: 1 | 0 passed | 0 failed | 1 skipped\n";
  return skipped;
}

/// The registries are on a loopback of their own.
bool enter_network(const std::string& name) {
  const auto fd = ::open(("/run/netns/" + name).c_str(), O_RDONLY | O_CLOEXEC);
  const auto entered = fd >= 0 && ::setns(fd, CLONE_NEWNET) == 0;
  ::close(fd);
  return entered;
}

} // namespace

} // namespace copal::contract

int main(int argc, char** argv) {
  using namespace copal;
  auto engine = test::real_engine::start();
  const char* ci = std::getenv("CI");
  if (!engine && (ci == nullptr || std::string{ci} != "true"))
    return contract::skip(engine.error().what);
  if (!engine || !contract::enter_network((*engine)->network())) {
    std::cerr << "no engine: " << (engine ? "its network cannot be entered" : engine.error().what)
              << '\n';
    return 1;
  }
  contract::real = engine->get();
  doctest::Context context{argc, argv};
  return context.run();
}
