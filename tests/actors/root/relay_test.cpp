#include "actors/root/relay.hpp"

#include "messages/protocol/supervision.hpp"
#include "tests/support/ask.hpp"
#include "tests/support/print.hpp"
#include "tests/support/virtual_system.hpp"

#include <stdexcept>
#include <string>
#include <vector>

#include <caf/send.hpp>
#include <doctest/doctest.h>

namespace copal {
namespace {

using namespace std::chrono_literals;
using test::ask;
using test::virtual_system;

/// Every shape of signature: one and several inputs, with and without an answer, extended.
using echo_actor = caf::typed_actor<caf::replies_to<get_health>::with<health>,
  caf::replies_to<timer_due, std::uint64_t>::with<relay_counts>,
  caf::reacts_to<stop_all>>::extend<caf::reacts_to<health, std::string>,
  caf::replies_to<child_health>::with<relay_counts>>;

struct echo_state {
  echo_state() = default;
  static inline const char* name = "echo";
  std::vector<caf::typed_response_promise<health>> kept;
  int told = 0;
};

using echo_ptr = supervised<echo_actor>::stateful_pointer<echo_state>;

/// Does as the name in the question says.
caf::result<relay_counts> misbehave(const child_health& how) {
  if (how.name == "conflict")
    return to_caf({errc::conflict, "the name is taken"});
  if (how.name == "caf's error")
    return caf::make_error(caf::sec::unexpected_message);
  if (how.name == "throw")
    throw std::runtime_error("boom");
  return relay_counts{};
}

/// Keeps the promise of `get_health`.
supervised<echo_actor>::behavior_type echo(echo_ptr self) {
  return {
    [self](const get_health&) {
      return self->state.kept.emplace_back(self->make_response_promise<health>());
    },
    [](const timer_due& a, std::uint64_t b) {
      return relay_counts{a.timer, b, 0, 0};
    },
    [self](const stop_all&) { ++self->state.told; },
    [self](const health&, const std::string&) { ++self->state.told; },
    [](const child_health& how) { return misbehave(how); },
    [](const wake_up&) {},
    [](const probe&) { return alive{}; },
  };
}

struct fixture {
  explicit fixture(std::size_t max_in_flight = 100)
    : relay(spawn_relay<echo_actor>(w.actors(), {"echo", max_in_flight})) {}

  /// Makes an incarnation and points the relay to it.
  supervised<echo_actor> point_to_new(std::uint64_t incarnation = 1) {
    auto child = spawn_actor(w.actors(), echo);
    point_to(child, incarnation);
    return child;
  }

  relay_counts point_to(const child_actor& child, std::uint64_t incarnation) {
    auto pointed = ask(w, relay, point_relay{child, incarnation});
    w.settle();
    return *pointed.get();
  }

  relay_counts counts() {
    auto answer = ask(w, relay, get_relay_counts{});
    w.settle();
    return *answer.get();
  }

  void kill(const supervised<echo_actor>& child) {
    caf::anon_send_exit(child, caf::exit_reason::kill);
    w.settle();
  }

  virtual_system w{1};
  relay_actor<echo_actor> relay;
  echo_actor handle{relay};
};

TEST_SUITE("relay") {
  TEST_CASE("relay: without a child every request is answered with unavailable") {
    fixture f;
    auto a = ask(f.w, f.handle, get_health{});
    auto b = ask(f.w, f.handle, timer_due{3}, std::uint64_t{4});
    auto c = ask(f.w, f.handle, stop_all{});
    auto d = ask(f.w, f.handle, health{}, std::string{"x"});
    f.w.settle();
    CHECK(a.failed_with(errc::unavailable));
    CHECK(b.failed_with(errc::unavailable));
    CHECK(c.failed_with(errc::unavailable));
    CHECK(d.failed_with(errc::unavailable));
    CHECK(a.get().error().what == "echo is down");
  }

  TEST_CASE("relay: every shape of message reaches the child, and its answer the asker") {
    fixture f;
    const auto child = f.point_to_new();
    auto a = ask(f.w, f.handle, timer_due{3}, std::uint64_t{4});
    auto b = ask(f.w, f.handle, stop_all{});
    auto c = ask(f.w, f.handle, health{}, std::string{"x"});
    f.w.settle();
    CHECK(a.get() == relay_counts{3, 4, 0, 0});
    CHECK(b.get().has_value());
    CHECK(c.get().has_value());
    caf::anon_send(f.handle, stop_all{});
    f.w.settle();
    CHECK(f.w.messages("echo") == 4);
    CHECK(f.counts() == relay_counts{});
  }

  TEST_CASE("relay: the answer to a message that is no request goes to its sender") {
    fixture f;
    const auto child = f.point_to_new();
    std::vector<std::uint64_t> got;
    const caf::actor sender =
      f.w.actors().spawn([&got, to = f.handle](caf::event_based_actor* self) -> caf::behavior {
        self->send(to, timer_due{3}, std::uint64_t{4});
        return {[&got](const relay_counts& counts) { got.push_back(counts.refused); }};
      });
    f.w.settle();
    CHECK(got == std::vector<std::uint64_t>{4});
  }

  TEST_CASE("relay: a child that dies leaves nobody without an answer") {
    fixture f;
    const auto child = f.point_to_new();
    auto kept = ask(f.w, f.handle, get_health{});
    f.w.settle();
    CHECK_FALSE(kept.there());
    auto queued = ask(f.w, f.handle, timer_due{3}, std::uint64_t{4});
    f.w.freeze(caf::actor_cast<caf::strong_actor_ptr>(child));
    f.w.settle();
    CHECK(f.counts().in_flight == 2);
    caf::anon_send<caf::message_priority::high>(
      caf::actor_cast<caf::actor>(child), caf::exit_msg{child.address(), caf::exit_reason::kill});
    f.w.thaw_all();
    f.w.settle();
    CHECK(kept.failed_with(errc::unavailable));
    CHECK(queued.failed_with(errc::unavailable));
    CHECK(kept.took() == 0s);
    CHECK(f.counts().in_flight == 0);
  }

  TEST_CASE("relay: errors of the child pass unchanged, and CAF's become ours") {
    const struct {
      const char* how;
      error expected;
    } rows[] = {
      {"conflict", {errc::conflict, "the name is taken"}},
      {"caf's error", from_caf(caf::make_error(caf::sec::unexpected_message))},
    };
    for (const auto& row : rows) {
      CAPTURE(row.how);
      fixture f;
      const auto child = f.point_to_new();
      auto a = ask(f.w, f.handle, child_health{row.how, {}, 0, {}, {}});
      f.w.settle();
      CHECK(a.get() == result<relay_counts>{fail(row.expected)});
    }
  }

  TEST_CASE("relay: a child that throws is down, and its asker is answered at once") {
    fixture f;
    const auto child = f.point_to_new();
    auto a = ask(f.w, f.handle, child_health{"throw", {}, 0, {}, {}});
    f.w.settle();
    CHECK_FALSE(a.get().has_value());
    auto b = ask(f.w, f.handle, timer_due{}, std::uint64_t{});
    f.w.settle();
    CHECK(b.failed_with(errc::unavailable));
  }

  TEST_CASE("relay: the handle works again once it points to the next incarnation") {
    fixture f;
    f.kill(f.point_to_new(1));
    const auto second = f.point_to_new(2);
    auto a = ask(f.w, f.handle, timer_due{3}, std::uint64_t{4});
    f.w.settle();
    CHECK(a.get() == relay_counts{3, 4, 0, 0});
  }

  TEST_CASE("relay: the late end of an old child does not hurt the new one") {
    fixture f;
    const auto old = f.point_to_new(1);
    auto asked_of_old = ask(f.w, f.handle, get_health{});
    f.w.settle();
    const auto young = f.point_to_new(2);
    CHECK(asked_of_old.failed_with(errc::unavailable));
    auto asked_of_young = ask(f.w, f.handle, get_health{});
    f.w.settle();
    f.kill(old);
    CHECK_FALSE(asked_of_young.there());
    CHECK(f.counts() == relay_counts{0, 0, 1, 1});
  }

  TEST_CASE("relay: pointed to nobody, it fails what is outstanding and ignores late answers") {
    fixture f;
    const auto child = f.point_to_new();
    auto a = ask(f.w, f.handle, timer_due{3}, std::uint64_t{4});
    f.w.freeze(caf::actor_cast<caf::strong_actor_ptr>(child));
    f.w.settle();
    CHECK(f.point_to({}, 1).in_flight == 0);
    CHECK(a.failed_with(errc::unavailable));
    f.w.thaw_all();
    f.w.settle();
    CHECK(a.failed_with(errc::unavailable));
    CHECK(f.counts() == relay_counts{0, 0, 1, 0});
  }

  TEST_CASE("relay: pointed to a child that is dead already, it answers unavailable") {
    fixture f;
    const auto child = spawn_actor(f.w.actors(), echo);
    f.kill(child);
    f.point_to(child, 1);
    auto a = ask(f.w, f.handle, get_health{});
    f.w.settle();
    CHECK(a.failed_with(errc::unavailable));
  }

  TEST_CASE("relay: one-way messages to a child that is down are dropped and counted") {
    fixture f;
    f.kill(f.point_to_new());
    for (int i = 0; i < 3; ++i)
      caf::anon_send(f.handle, stop_all{});
    caf::anon_send(f.handle, health{}, std::string{"x"});
    f.w.settle();
    CHECK(f.counts().dropped == 4);
    const auto second = f.point_to_new(2);
    CHECK(f.w.messages("echo") == 1); // the first one's kill
  }

  TEST_CASE("relay: more requests than the bound are refused, and room is made by answers") {
    fixture f{2};
    const auto child = f.point_to_new();
    auto a = ask(f.w, f.handle, get_health{});
    f.w.settle();
    auto b = ask(f.w, f.handle, get_health{});
    f.w.settle();
    auto c = ask(f.w, f.handle, timer_due{3}, std::uint64_t{4});
    f.w.settle();
    CHECK(c.failed_with(errc::exhausted));
    CHECK(c.get().error().what == "echo: queue full");
    CHECK(f.counts() == relay_counts{0, 1, 0, 2});
    f.kill(child);
    const auto second = f.point_to_new(2);
    auto d = ask(f.w, f.handle, timer_due{3}, std::uint64_t{4});
    auto e = ask(f.w, f.handle, timer_due{5}, std::uint64_t{6});
    f.w.settle();
    CHECK(d.get().has_value());
    CHECK(e.get().has_value());
  }

  TEST_CASE("relay: an answer may take days") {
    fixture f;
    const auto child = f.point_to_new();
    auto a = ask(f.w, f.handle, get_health{});
    f.w.run_for(72h);
    CHECK_FALSE(a.there());
    CHECK(f.counts().in_flight == 1);
  }

  TEST_CASE("relay: its end answers everything that is outstanding") {
    fixture f;
    const auto child = f.point_to_new();
    auto a = ask(f.w, f.handle, get_health{});
    f.w.settle();
    caf::anon_send_exit(f.relay, caf::exit_reason::user_shutdown);
    f.w.settle();
    CHECK(a.failed_with(errc::unavailable));
  }
}

} // namespace
} // namespace copal
