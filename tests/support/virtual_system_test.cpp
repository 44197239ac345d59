#include "tests/support/virtual_system.hpp"

#include "actors/spawn.hpp"
#include "actors/timers.hpp"
#include "messages/protocol/supervision.hpp"
#include "tests/support/ask.hpp"
#include "tests/support/seeds.hpp"

#include <csignal>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include <caf/send.hpp>
#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

namespace copal {
namespace {

using namespace std::chrono_literals;
using test::ask;
using test::virtual_system;

using ticker_actor = caf::typed_actor<caf::reacts_to<stop_all>, caf::reacts_to<get_health>>;

struct ticker_state {
  ticker_state() = default;
  static inline const char* name = "ticker";
  bool ticked = false; ///< GCC 12 would let it start as true, were this an aggregate.
  timers<int> own;
};

using ticker_ptr = with_timers<ticker_actor>::stateful_pointer<ticker_state>;
using log = std::shared_ptr<std::vector<std::string>>;

/// `get_health` sets one timer after the other, an hour each; `stop_all` sets them anew.
with_timers<ticker_actor>::behavior_type ticker(ticker_ptr self, log out) {
  out->push_back(self->state.ticked ? "ticked" : "fresh");
  return {
    [self](const stop_all&) { self->state.own.set(self, 7, 30min); },
    [self](const get_health&) { self->state.own.set(self, 7, 1h); },
    [self, out](const timer_due& msg) {
      const auto key = self->state.own.fired(msg);
      if (!key)
        return out->push_back("void");
      const auto since = self->clock().now().time_since_epoch();
      out->push_back(
        std::to_string(*key) + " at "
        + std::to_string(std::chrono::duration_cast<std::chrono::minutes>(since).count()));
      if (self->state.ticked)
        return;
      self->state.ticked = true;
      self->state.own.set(self, 8, 1min);
    },
  };
}

struct counter_state {
  counter_state() = default;
  static inline const char* name = "counter";
};

using counter_actor = caf::typed_actor<caf::reacts_to<timer_due>>;

counter_actor::behavior_type counter(
  counter_actor::stateful_pointer<counter_state>, std::shared_ptr<std::vector<std::uint64_t>> out) {
  return {[out](const timer_due& msg) { out->push_back(msg.timer); }};
}

/// Ends this process' child in a way that tests see; the text is what it said.
std::pair<int, std::string> status_of(void (*run)()) {
  int pipe_ends[2];
  REQUIRE(::pipe(pipe_ends) == 0);
  const auto child = ::fork();
  if (child == 0) {
    ::dup2(pipe_ends[1], STDERR_FILENO);
    run();
    ::_exit(0);
  }
  ::close(pipe_ends[1]);
  std::string said;
  char c = 0;
  while (::read(pipe_ends[0], &c, 1) == 1)
    said += c;
  ::close(pipe_ends[0]);
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, said};
}

TEST_SUITE("virtual system") {
  TEST_CASE("virtual system: follow-up timers count from the right time") {
    virtual_system w{1};
    const auto out = std::make_shared<std::vector<std::string>>();
    const auto t = spawn_actor(w.actors(), ticker, out);
    caf::anon_send(t, get_health{});
    w.run_for(24h);
    // The clock began at one o'clock.
    CHECK(*out == std::vector<std::string>{"fresh", "7 at 120", "8 at 121"});
    CHECK(w.elapsed() == 24h);
  }

  TEST_CASE("virtual system: a timer that is set anew comes once") {
    virtual_system w{1};
    const auto out = std::make_shared<std::vector<std::string>>();
    const auto t = spawn_actor(w.actors(), ticker, out);
    caf::anon_send(t, get_health{});
    w.run_for(10min);
    caf::anon_send(t, stop_all{});
    w.run_for(24h);
    CHECK(*out == std::vector<std::string>{"fresh", "7 at 100", "8 at 101", "void"});
  }

  TEST_CASE("virtual system: ten idle years pass at once") {
    virtual_system w{1};
    w.run_for(24h * 3650);
    CHECK(w.elapsed() == 24h * 3650);
    CHECK(w.messages() == 0);
  }

  TEST_CASE("virtual system: it stops where it is told to") {
    virtual_system w{1};
    const auto out = std::make_shared<std::vector<std::string>>();
    const auto t = spawn_actor(w.actors(), ticker, out);
    caf::anon_send(t, get_health{});
    CHECK_FALSE(w.run_until([&] { return out->size() == 2; }, 59min));
    CHECK(w.elapsed() == 59min);
    CHECK(w.run_until([&] { return out->size() == 2; }, 59min));
    CHECK(w.elapsed() == 60min);
  }

  TEST_CASE("virtual system: the seed chooses the order, always the same one") {
    auto order_of = [](std::uint64_t seed) {
      virtual_system w{seed};
      const auto out = std::make_shared<std::vector<std::uint64_t>>();
      const auto c = spawn_actor(w.actors(), counter, out);
      for (std::uint64_t i = 0; i < 8; ++i)
        w.actors().spawn([c, i](caf::event_based_actor* self) { self->send(c, timer_due{i}); });
      w.settle();
      return std::pair{*out, w.fingerprint()};
    };
    std::set<std::vector<std::uint64_t>> orders;
    for (std::uint64_t seed = 1; seed <= 50; ++seed) {
      CHECK(order_of(seed) == order_of(seed));
      orders.insert(order_of(seed).first);
    }
    CHECK(orders.size() > 40);
  }

  TEST_CASE("virtual system: messages between two actors stay in order") {
    for (std::uint64_t seed = 1; seed <= 50; ++seed) {
      virtual_system w{seed};
      const auto out = std::make_shared<std::vector<std::uint64_t>>();
      const auto c = spawn_actor(w.actors(), counter, out);
      w.actors().spawn([c](caf::event_based_actor* self) {
        for (std::uint64_t i = 0; i < 3; ++i)
          self->send(c, timer_due{i});
      });
      w.settle();
      CHECK(*out == std::vector<std::uint64_t>{0, 1, 2});
    }
  }

  TEST_CASE("virtual system: an actor that is killed before its k-th message sees k - 1") {
    for (std::uint64_t k = 1; k <= 5; ++k) {
      virtual_system w{k};
      const auto out = std::make_shared<std::vector<std::uint64_t>>();
      const auto c = spawn_actor(w.actors(), counter, out);
      w.kill_before("counter", k);
      for (std::uint64_t i = 1; i <= 5; ++i)
        caf::anon_send(c, timer_due{i});
      w.settle();
      CHECK(out->size() == k - 1);
      CHECK(w.running("counter").empty());
    }
  }

  TEST_CASE("virtual system: a frozen actor does nothing until it is thawed") {
    virtual_system w{1};
    const auto out = std::make_shared<std::vector<std::uint64_t>>();
    const auto c = spawn_actor(w.actors(), counter, out);
    w.settle();
    w.freeze(caf::actor_cast<caf::strong_actor_ptr>(c));
    caf::anon_send(c, timer_due{1});
    w.run_for(1h);
    CHECK(out->empty());
    w.thaw_all();
    w.settle();
    CHECK(out->size() == 1);
  }

  TEST_CASE("virtual system: a failed assertion leaves nothing behind") {
    const auto out = std::make_shared<std::vector<std::string>>();
    auto fail_in_the_middle = [&] {
      virtual_system w{1};
      const auto t = spawn_actor(w.actors(), ticker, out);
      caf::anon_send(t, get_health{});
      auto unanswered = ask(w, t, stop_all{});
      w.settle();
      w.freeze(caf::actor_cast<caf::strong_actor_ptr>(t));
      throw std::runtime_error("as an assertion does");
    };
    CHECK_THROWS(fail_in_the_middle());
    CHECK(out.use_count() == 1);
  }

  TEST_CASE("virtual system: a test that hangs is ended and names its seed") {
    const auto [status, said] = status_of([] {
      const virtual_system w{77};
      std::raise(SIGALRM);
    });
    CHECK(status == 124);
    CHECK(said.find("SIM_SEED=77") != std::string::npos);
  }

  TEST_CASE("random: the numbers are the same everywhere") {
    test::random_source r{1};
    CHECK(r.next() == 0x910a2dec89025cc1U);
    CHECK(r.next() == 0xbeeb8da1658eec67U);
    for (int i = 0; i < 1000; ++i) {
      const auto n = r.between(-3, 3);
      CHECK((n >= -3 && n <= 3));
    }
    CHECK(r.below(0) == 0);
    CHECK(r.below(1) == 0);
  }
}

} // namespace
} // namespace copal
