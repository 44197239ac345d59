#include "actors/root/relay.hpp"

#include "messages/protocol/supervision.hpp"
#include "tests/support/ask.hpp"
#include "tests/support/virtual_system.hpp"

#include <doctest/doctest.h>

namespace copal {
namespace {

using test::ask;

using echo_actor = caf::typed_actor<caf::replies_to<get_health>::with<health>,
  caf::replies_to<timer_due, std::uint64_t>::with<relay_counts>,
  caf::reacts_to<stop_all>>::extend<caf::reacts_to<health, std::string>>;

struct echo_state {
  echo_state() {}
  static inline const char* name = "echo";
  std::vector<caf::typed_response_promise<health>> kept;
  int told = 0;
};

supervised<echo_actor>::behavior_type echo(
  supervised<echo_actor>::stateful_pointer<echo_state> self) {
  return {
    [](const get_health&) {
      return health{true, false, {}};
    },
    [](const timer_due& a, std::uint64_t b) {
      return relay_counts{a.timer, b, 0, 0};
    },
    [self](const stop_all&) { ++self->state.told; },
    [self](const health&, const std::string&) { ++self->state.told; },
    [](const wake_up&) {},
    [](const probe&) { return alive{}; },
  };
}

TEST_SUITE("relay") {
  TEST_CASE("relay: without a child every request is answered with unavailable") {
    test::virtual_system w{1};
    auto relay = spawn_relay<echo_actor>(w.actors(), {"echo"});
    auto a = ask(w, echo_actor{relay}, get_health{});
    w.settle();
    CHECK(a.failed_with(errc::unavailable));
    auto child = spawn_actor(w.actors(), echo);
    auto p = ask(w, relay, point_relay{child, 1});
    w.settle();
    CHECK(p.there());
    auto b = ask(w, echo_actor{relay}, get_health{});
    auto c = ask(w, echo_actor{relay}, timer_due{3}, std::uint64_t{4});
    auto d = ask(w, echo_actor{relay}, stop_all{});
    auto e = ask(w, echo_actor{relay}, health{}, std::string{"x"});
    w.settle();
    CHECK(b.get()->healthy);
    CHECK(c.get()->refused == 4);
    CHECK(d.get().has_value());
    CHECK(e.get().has_value());
  }
}

} // namespace
} // namespace copal
