#include "adapters/loop/ask.hpp"
#include "adapters/loop/pinned.hpp"
#include "messages/protocol/engine.hpp"

#include <future>
#include <thread>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>
#include <doctest/doctest.h>

using namespace copal;

namespace {

struct config : caf::actor_system_config {
  config() { add_messages_to(*this); }
};

struct pinned_state {
  pinned_state() {}
  static inline const char* name = "pinned";
};

using pinned = pinned_actor<pull_sink_actor, pinned_state>;

} // namespace

TEST_SUITE("loop") {

  TEST_CASE("loop: a pinned actor runs on the asio thread, and whom it wakes on the scheduler") {
    config settings;
    caf::actor_system system{settings};
    loop io{system};
    io.start();
    std::promise<std::thread::id> loops;
    boost::asio::post(io.context(), [&] { loops.set_value(std::this_thread::get_id()); });
    const auto io_thread = loops.get_future().get();

    std::promise<std::thread::id> others;
    pull_sink_actor other =
      system.spawn([&others](pull_sink_actor::pointer self) -> pull_sink_actor::behavior_type {
        return {[&others, self](const engine::pull_progress&) {
          others.set_value(std::this_thread::get_id());
          self->quit();
        }};
      });
    std::promise<std::thread::id> mine;
    auto actor = spawn_on_loop<pull_sink_actor, pinned_state>(io, [&mine, other](pinned* self) {
      return pull_sink_actor::behavior_type{[&mine, other, self](const engine::pull_progress& x) {
        mine.set_value(std::this_thread::get_id());
        self->send(other, x);
        self->quit();
      }};
    });
    other = nullptr;
    caf::anon_send(actor, engine::pull_progress{"x", 1});
    CHECK(mine.get_future().get() == io_thread);
    const auto woken_on = others.get_future().get();
    CHECK(woken_on != io_thread);
    CHECK(woken_on != std::this_thread::get_id());
    {
      caf::scoped_actor self{system};
      self->wait_for(actor);
    }
    system.await_all_actors_done(); // before the loop that they ran on ends
  }

} // TEST_SUITE
