#include "actors/planning/normalise/derived_ids.hpp"
#include "tests/actors/planning/documents.hpp"

#include <cstdlib>
#include <random>
#include <string>

#include <doctest/doctest.h>

// What holds for every document, tried on many. A failing seed replays with PLANNING_SEED=<n>.

namespace copal::planning::documents {
namespace {

constexpr unsigned runs = 3000;

/// Words with a meaning somewhere, so that random documents get past the first check.
const char* const words[] = {"host",
  "service:db",
  "service:web",
  "front",
  "supervisor0",
  "default",
  "data:/d:ro",
  "/anon",
  "80-82:90-92/udp",
  "1m30s",
  "64m",
  "no",
  "on-failure:3",
  "A=1",
  "sh -c 'x",
  "label=disable",
  "true",
  "",
  " ",
  "-1",
  "0x10",
  "1e400",
  "\xff\xfe",
  "\u00e9",
  "a:b:c:d",
  "web",
  "db",
  "NONE",
  "unless-stopped",
  "/dev/a:/dev/b:r",
  "=",
  ":",
  "service:",
  "container:x"};

const char* const keys[] = {"command",
  "entrypoint",
  "environment",
  "labels",
  "volumes",
  "tmpfs",
  "networks",
  "network_mode",
  "ports",
  "depends_on",
  "restart",
  "privileged",
  "tty",
  "init",
  "user",
  "working_dir",
  "hostname",
  "dns",
  "extra_hosts",
  "cap_add",
  "devices",
  "security_opt",
  "sysctls",
  "ulimits",
  "healthcheck",
  "stop_signal",
  "stop_grace_period",
  "pids_limit",
  "ipc",
  "cpu_shares",
  "cpus",
  "mem_limit",
  "shm_size",
  "memswap_limit",
  "deploy",
  "resources",
  "limits",
  "reservations",
  "memory",
  "pids",
  "gpus",
  "count",
  "capabilities",
  "logging",
  "options",
  "uts",
  "cgroup",
  "runtime",
  "stdin_open",
  "published",
  "host_ip",
  "read_only",
  "image",
  "aliases",
  "ipv4_address",
  "type",
  "source",
  "target",
  "tmpfs",
  "size",
  "test",
  "interval",
  "retries",
  "soft",
  "hard",
  "build",
  "front",
  "web",
  "db",
  "io.balena.features.supervisor-api",
  "io.resin.features.dbus",
  "x-y",
  ""};

class generator {
public:
  explicit generator(unsigned seed) : random_(seed) {}

  std::size_t below(std::size_t n) { return random_() % n; }

  value scalar() {
    switch (below(6)) {
      case 0:
        return {};
      case 1:
        return below(2) == 0;
      case 2:
        return static_cast<std::int64_t>(random_()) - 2147483648;
      case 3:
        return std::int64_t{80};
      case 4:
        return 0.5;
      default:
        return words[below(std::size(words))];
    }
  }

  value anything(int depth) {
    const auto kind = depth == 0 ? 0 : below(4);
    if (kind < 2)
      return scalar();
    if (kind == 2) {
      value::list_type items(below(4));
      for (auto& item : items)
        item = anything(depth - 1);
      return items;
    }
    return members(depth, below(4));
  }

  value members(int depth, std::size_t count) {
    auto out = value::map({});
    for (std::size_t i = 0; i < count; ++i) {
      const auto* key = keys[below(std::size(keys))]; // one after the other: compilers differ
      out.set(key, anything(depth - 1));
    }
    return out;
  }

  /// The same tree with the keys of its maps in another order, but those of networks.
  value shuffled(const value& v, bool keep = false) {
    if (const auto* items = v.as_list()) {
      value::list_type out;
      for (const auto& item : *items)
        out.push_back(shuffled(item));
      return out;
    }
    const auto* map = v.as_map();
    if (map == nullptr)
      return v;
    auto out = *map;
    if (!keep)
      std::shuffle(out.begin(), out.end(), random_);
    for (auto& m : out)
      m.val = shuffled(m.val, m.key == "networks");
    return out;
  }

private:
  std::mt19937 random_;
};

unsigned first_seed() {
  const auto* given = std::getenv("PLANNING_SEED");
  return given == nullptr ? 0 : static_cast<unsigned>(std::atoi(given));
}

template <class Check>
void for_seeds(Check check) {
  const bool one = std::getenv("PLANNING_SEED") != nullptr;
  for (unsigned seed = first_seed(); seed < first_seed() + (one ? 1 : runs); ++seed) {
    CAPTURE(seed);
    check(generator{seed});
  }
}

/// A document of either dialect with a random composition.
target_document document_of(generator& random, bool of_cloud) {
  auto composition = random.members(3, 1 + random.below(3));
  return of_cloud ? cloud(std::move(composition)) : compose(std::move(composition));
}

TEST_SUITE("planning: for every document") {
  TEST_CASE("property: any tree gives a target or a reason, and the same each time") {
    for_seeds([](generator random) {
      const auto tree = random.anything(5);
      for (const auto form : {dialect::cloud_v3, dialect::compose}) {
        const target_document document{form, "x", tree};
        const auto made = normalise_target(document, device());
        CHECK((made || !made.error().what.empty()));
        CHECK((normalise_target(document, device()) == made));
      }
    });
  }

  TEST_CASE("property: whatever the composition, a container made of it compares equal to it") {
    std::size_t accepted = 0;
    for_seeds([&accepted](generator random) {
      for (const bool of_cloud : {true, false}) {
        const auto document = document_of(random, of_cloud);
        const auto made = normalise_target(document, device());
        CHECK((made || !made.error().what.empty()));
        if (!made)
          continue;
        ++accepted;
        for (const auto& service : made->target.apps.at(0).release->services) {
          container there;
          there.config = resolve(service, nullptr, {});
          compare_context context;
          if (there.config.network_mode.rfind("service:", 0) == 0) {
            context.services[there.config.network_mode.substr(8)] = {"c1"};
            there.config.network_mode = "container:c1";
          }
          CHECK(summary(differences(there, resolve(service, nullptr, {}), context)).empty());
        }
      }
    });
    CHECK(accepted > runs / 4); // else the documents are too wild to try anything
  }

  TEST_CASE("property: the order of keys has no meaning") {
    for_seeds([](generator random) {
      for (const bool of_cloud : {true, false}) {
        const auto document = document_of(random, of_cloud);
        auto other = document;
        other.doc = random.shuffled(document.doc);
        const auto a = normalise_target(document, device());
        const auto b = normalise_target(other, device());
        REQUIRE(a.has_value() == b.has_value());
        if (a)
          CHECK((a->target == b->target));
      }
    });
  }
}

} // namespace
} // namespace copal::planning::documents
