#include "actors/keys/keys.hpp"

#include "actors/spawn.hpp"
#include "tests/fakes/fake_store.hpp"
#include "tests/support/ask.hpp"
#include "tests/support/virtual_system.hpp"

#include <memory>
#include <string>
#include <vector>

#include <caf/send.hpp>
#include <doctest/doctest.h>

namespace copal::test {
namespace {

using namespace std::chrono_literals;

const service_name web{"web"};
const service_name db{"db"};
const std::string carried(32, 'c');

using heard_rings = std::shared_ptr<std::vector<keys::key_ring>>;

key_sink_actor::behavior_type listener(heard_rings heard) {
  return {[heard](const keys::key_ring& ring) { heard->push_back(ring); }};
}

/// The actor over a fake disk; the n-th key drawn consists of the byte n, but for its version.
struct bench {
  virtual_system system{1};
  std::shared_ptr<store_world> disk = std::make_shared<store_world>();
  std::shared_ptr<fault_source> faults = std::make_shared<fault_source>(random_source{1});
  heard_rings heard = std::make_shared<std::vector<keys::key_ring>>();
  store_actor store = spawn_fake_store(system.actors(), disk, faults);
  std::shared_ptr<int> drawn = std::make_shared<int>(0);
  keys_child actor = make();

  keys_child make() {
    keys_config config;
    config.draw = [n = drawn] {
      key_material out;
      out.fill(static_cast<std::uint8_t>(++*n));
      return out;
    };
    return spawn_actor(
      system.actors(), run_keys, config, keys_links{store, system.actors().spawn(listener, heard)});
  }

  void wake() { caf::anon_send(actor, wake_up{}); }

  result<keys::issued_keys> get(std::vector<keys::wanted_key> wanted) {
    auto asked = ask(system, actor, keys::get_keys{std::move(wanted)});
    system.run_until([&asked] { return asked.there(); }, 2min);
    return asked.there() ? asked.get() : fail(errc::timeout, "no answer");
  }
};

secret nth_key(int n) {
  key_material out;
  out.fill(static_cast<std::uint8_t>(n));
  return key_of(out);
}

TEST_SUITE("keys") {
  TEST_CASE("keys: a key is a version 4 UUID without its dashes") {
    key_material ones;
    ones.fill(0xff);
    CHECK(key_of(ones).reveal() == "ffffffffffff4fffbfffffffffffffff");
    CHECK(key_of({}).reveal() == "00000000000040008000000000000000");
    CHECK(is_key(key_of({})));
    CHECK(is_key(secret{carried}));
    for (const auto* text : {"",
           "mine",
           "cccccccccccccccccccccccccccccccC",
           "ccccccccccccccccccccccccccccccc",
           "ccccccccccccccccccccccccccccccccc"})
      CHECK_FALSE(is_key(secret{text}));
  }

  TEST_CASE("keys: the first start makes the global one and tells it when it is on the disk") {
    bench b;
    b.wake();
    b.system.run_for(1min);
    REQUIRE(b.disk->keys.size() == 1);
    CHECK(b.disk->keys[0] == store::service_key{app_id{0}, {}, nth_key(1)});
    REQUIRE(!b.heard->empty());
    CHECK(b.heard->back() == keys::key_ring{nth_key(1), {}});
    // The next start has it already.
    b.system.kill(*caf::actor_cast<caf::scheduled_actor*>(b.actor));
    b.actor = b.make();
    b.wake();
    b.system.run_for(1min);
    CHECK(*b.drawn == 1);
    CHECK(b.heard->back() == keys::key_ring{nth_key(1), {}});
  }

  TEST_CASE("keys: each service has one of its own, the same each time it is asked for") {
    bench b;
    b.wake();
    const auto first = b.get({{app_id{1}, web, {}}, {app_id{1}, db, {}}, {app_id{2}, web, {}}});
    REQUIRE(first);
    REQUIRE(first->items.size() == 3);
    CHECK(first->items[0] == service_key_fact{app_id{1}, web, nth_key(2)});
    CHECK(first->items[1] == service_key_fact{app_id{1}, db, nth_key(3)});
    CHECK(first->items[2] == service_key_fact{app_id{2}, web, nth_key(4)});
    CHECK(b.disk->keys.size() == 4);
    const auto again = b.get({{app_id{2}, web, secret{carried}}});
    REQUIRE(again);
    CHECK(again->items[0].key == nth_key(4));
    CHECK(b.disk->keys.size() == 4);
    CHECK(b.heard->back().others.size() == 3);
  }

  TEST_CASE("keys: one that the store lost and a container carries is taken back from there") {
    const struct {
      const char* name;
      std::string found;
      bool taken;
    } rows[] = {
      {"a key of ours", carried, true},
      {"none", "", false},
      {"a text that somebody chose", "password", false},
      {"the key of another service", nth_key(2).reveal(), false},
      {"the global key", nth_key(1).reveal(), false},
    };
    for (const auto& row : rows) {
      CAPTURE(row.name);
      bench b;
      b.wake();
      REQUIRE(b.get({{app_id{1}, db, {}}}));
      const auto issued = b.get({{app_id{1}, web, secret{row.found}}});
      REQUIRE(issued);
      CHECK((issued->items[0].key == secret{carried}) == row.taken);
      CHECK(b.disk->keys.back().key == issued->items[0].key);
      CHECK(*b.drawn == (row.taken ? 2 : 3));
    }
  }

  TEST_CASE("keys: none is given away that is not on the disk") {
    bench b;
    b.wake();
    b.system.run_for(1min);
    b.faults->rates.fails = 100;
    const auto refused = b.get({{app_id{1}, web, {}}});
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == errc::unavailable);
    CHECK(refused.error().what.find("storing an API key") == 0);
    b.faults->rates.fails = 0;
    const auto issued = b.get({{app_id{1}, web, {}}});
    REQUIRE(issued);
    CHECK(b.disk->keys.back().key == issued->items[0].key);
  }

  TEST_CASE("keys: one that was stored without an answer is found again, not replaced") {
    bench b;
    b.wake();
    b.system.run_for(1min);
    b.faults->rates.fails_after = 100;
    REQUIRE_FALSE(b.get({{app_id{1}, web, {}}}));
    b.faults->rates.fails_after = 0;
    REQUIRE(b.disk->keys.size() == 2);
    const auto stored = b.disk->keys.back().key;
    const auto issued = b.get({{app_id{1}, web, {}}});
    REQUIRE(issued);
    CHECK(issued->items[0].key == stored);
    CHECK(b.disk->keys.size() == 2);
  }

  TEST_CASE("keys: questions wait for the store, but no more than sixteen of them") {
    bench b;
    std::vector<answer<keys::issued_keys>> asked;
    for (auto i = 0; i < 17; ++i)
      asked.push_back(ask(b.system, b.actor, keys::get_keys{{{app_id{1}, web, {}}}}));
    b.system.settle();
    auto refused = 0;
    for (const auto& one : asked)
      refused += one.failed_with(errc::exhausted) ? 1 : 0;
    CHECK(refused == 1);
    b.wake();
    b.system.run_for(1min);
    for (const auto& one : asked) {
      REQUIRE(one.there());
      if (one.get())
        CHECK(one.get()->items[0].key == nth_key(2));
    }
    CHECK(b.disk->keys.size() == 2);
  }
}

} // namespace
} // namespace copal::test
