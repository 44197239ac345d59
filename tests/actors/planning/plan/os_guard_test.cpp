#include "actors/planning/plan/os_guard.hpp"

#include <doctest/doctest.h>

namespace copal::planning {
namespace {

TEST_SUITE("planning: locks") {
  TEST_CASE("spec 12.54: no reboot while an OS update has to prove itself, unless it is forced") {
    CHECK(may_go_down({}, false));
    const host::os_update under_way{{"/mnt/state/rollback-health-breadcrumb"}};
    const auto refused = may_go_down(under_way, false);
    REQUIRE_FALSE(refused);
    CHECK(refused.error() == error{errc::conflict, "Waiting for Host OS update to finish"});
    CHECK(may_go_down(under_way, true));
  }
}

} // namespace
} // namespace copal::planning
