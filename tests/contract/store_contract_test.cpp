#include "tests/contract/store_contract.hpp"

#include "adapters/store/store.hpp"
#include "tests/support/live_system.hpp"
#include "tests/support/temp_folder.hpp"

#include <doctest/doctest.h>

namespace copal::test {
namespace {

TEST_SUITE("store contract") {
  TEST_CASE("store contract: SQLite") {
    const temp_folder folder;
    live_system system;
    supervised<store_actor> started;
    check_store_contract(*system, [&](caf::actor_system& on) {
      started = spawn_store(on, {.path = folder / "copal.sqlite"});
      return started;
    });
    caf::anon_send_exit(started, caf::exit_reason::user_shutdown);
  }
}

} // namespace
} // namespace copal::test
