// Secrets and configs: no container starts without its files, whatever dies, and none stays behind.

#include "tests/sim/device.hpp"
#include "tests/sim/targets.hpp"
#include "tests/support/seeds.hpp"

#include <set>
#include <string>
#include <utility>

#include <doctest/doctest.h>

namespace copal::test {

namespace {

/// Two services, of which web sees a secret with this content; both see one that stays.
target_document compose_with(const std::string& content,
  bool has_db = true,
  const std::string& image = "registry.sim/app0:1") {
  const auto service = [&image](value secrets) {
    return value::map({{"image", image}, {"secrets", std::move(secrets)}});
  };
  auto services = value::map({{"web", service(value::list({"key", "shared"}))}});
  if (has_db)
    services.set("db", service(value::list({"shared"})));
  return {dialect::compose,
    "compose.yaml",
    value::map({
      {"name", "sim"},
      {"services", std::move(services)},
      {"secrets",
        value::map({{"key", value::map({{"content", content}})},
          {"shared", value::map({{"content", "shared"}})}})},
    })};
}

/// A device whose engine starts nothing that mounts a file which is not there.
struct bench {
  explicit bench(std::uint64_t seed) : device(seed) {
    publish_images(*device.world);
    device.world->has_path = [this](const std::string& path) {
      const auto root = simulated_device::facts().files_root + '/';
      return !path.starts_with(root) || device.files->files.contains(path.substr(root.size()));
    };
    device.start();
  }

  bool reach(const target_document& document) {
    const auto reached =
      device.insist_on(document) && device.run_until_settled(std::chrono::minutes{30});
    device.system.run_for(std::chrono::minutes{2}); // until what is left over is removed
    return reached;
  }

  /// The contents of the files that there are.
  [[nodiscard]] std::multiset<std::string> contents() const {
    std::multiset<std::string> out;
    for (const auto& [name, file] : device.files->files)
      out.insert(file.content.reveal());
    return out;
  }

  [[nodiscard]] std::set<container_id> ids() const {
    std::set<container_id> out;
    for (const auto& [id, c] : device.world->containers)
      out.insert(id);
    return out;
  }

  /// What is not as it is to be.
  std::vector<std::string> faults() {
    auto out = device.faults_against(device.where().target);
    out.insert(out.end(), device.violations.begin(), device.violations.end());
    return out;
  }

  simulated_device device;
};

using strings = std::multiset<std::string>;

} // namespace

TEST_SUITE("sim") {
  TEST_CASE("sim: files are there before a container that mounts them, and go with the last one") {
    bench b{1};
    REQUIRE(b.reach(compose_with("one")));
    CHECK(b.faults().empty());
    CHECK(b.contents() == strings{"one", "shared"});
    const auto first = b.ids();
    REQUIRE(b.reach(compose_with("two")));
    CHECK(b.faults().empty());
    CHECK(b.contents() == strings{"two", "shared"});
    std::size_t kept = 0;
    for (const auto& id : b.ids())
      kept += first.count(id);
    CHECK(kept == 1); // db sees nothing of the change
    REQUIRE(b.reach({dialect::compose,
      "compose.yaml",
      value::map({{"name", "sim"}, {"services", value::map({})}})}));
    CHECK(b.contents().empty());
  }

  TEST_CASE("sim: after a reboot, in which the files are lost, everything runs again") {
    bench b{2};
    REQUIRE(b.reach(compose_with("one")));
    const auto before = b.ids();
    b.device.power_cut();
    b.device.files->files.clear();
    b.device.world->restart_engine();
    for (const auto& [id, c] : b.device.world->containers)
      REQUIRE(c.state == container_state::exited);
    b.device.start();
    REQUIRE(b.device.run_until_settled(std::chrono::minutes{30}));
    CHECK(b.faults().empty());
    CHECK(b.ids() == before);
    CHECK(b.contents() == strings{"one", "shared"});
  }

  TEST_CASE("sim: after a reboot while the next release cannot be fetched the files are there") {
    bench b{5};
    REQUIRE(b.reach(compose_with("one")));
    const auto before = b.ids();
    const auto published = std::exchange(b.device.world->registry, {});
    REQUIRE(b.device.insist_on(compose_with("one", true, "registry.sim/app1:1")));
    b.device.system.run_for(std::chrono::minutes{2});
    b.device.power_cut();
    b.device.files->files.clear();
    b.device.world->restart_engine();
    b.device.start();
    b.device.system.run_for(std::chrono::minutes{2});
    CHECK(b.ids() == before);
    for (const auto& [id, c] : b.device.world->containers)
      CHECK(c.state == container_state::running);
    CHECK(b.contents() == strings{"one", "shared"});
    b.device.world->registry = published;
    REQUIRE(b.device.run_until_settled(std::chrono::minutes{60}));
    CHECK(b.faults().empty());
  }

  TEST_CASE(
    "sim: a crash between the placing of files and the creation changes nothing in the end") {
    const auto run = [](const std::string& child, std::uint64_t k) {
      bench b{3};
      REQUIRE(b.reach(compose_with("one")));
      const auto before = b.device.system.messages(child);
      if (k > 0)
        b.device.system.kill_before(child, k);
      CHECK(b.reach(compose_with("two")));
      const auto messages = b.device.system.messages(child) - before; // without our own questions
      for (const auto& fault : b.faults())
        FAIL_CHECK(fault);
      CHECK(b.contents() == strings{"two", "shared"});
      return messages;
    };
    for (const std::string child : {"conductor", "containers", "host", "engine"}) {
      const auto messages = run(child, 0);
      REQUIRE(messages > 0);
      for (std::uint64_t k = 1; k <= messages; ++k) {
        CAPTURE(child);
        CAPTURE(k);
        run(child, k);
      }
    }
  }

  TEST_CASE("sim: files that cannot be placed are a failed step with its reason, and tried again") {
    bench b{4};
    b.device.files->files_refused = error{errc::exhausted, "no space is left"};
    REQUIRE(b.device.insist_on(compose_with("canary")));
    b.device.system.run_for(std::chrono::minutes{2});
    const auto now = b.device.where();
    REQUIRE_FALSE(now.failures.empty());
    CHECK(to_string(now.failures[0].last) == "placing its files: no space is left");
    CHECK(b.device.world->containers.empty());
    b.device.files->files_refused.reset();
    CHECK(b.device.run_until_settled(std::chrono::minutes{60}));
    CHECK(b.faults().empty());
    CHECK(b.contents() == strings{"canary", "shared"});
  }

  TEST_CASE("sim: whatever fails on the way, each service has its files, and no other is left") {
    for (const auto seed : seeds(20)) {
      CAPTURE(seed);
      bench b{seed};
      b.device.faults->rates = {.fails = 10, .fails_after = 5, .unanswered = 2, .slow = 5};
      for (const auto* content : {"one", "two", "three", "one"}) {
        (void)b.device.send_target(compose_with(content, content[0] != 't'));
        b.device.system.run_for(std::chrono::seconds{static_cast<int>(seed % 30)});
      }
      b.device.faults->rates = {};
      REQUIRE(b.reach(compose_with("last")));
      CHECK(b.faults().empty());
      CHECK(b.contents() == strings{"last", "shared"});
    }
  }
}

} // namespace copal::test
