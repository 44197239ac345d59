#include "tests/contract/power_contract.hpp"

#include "tests/support/live_system.hpp"

#include <doctest/doctest.h>

namespace copal::test {

void check_power_contract(caf::actor_system& system, const power_subject& subject) {
  const auto reboot = [&] { return ask<power::accepted>(system, subject.power, power::reboot{}); };
  subject.refuse();
  const auto refused = reboot();
  REQUIRE(!refused);
  CHECK(refused.error().code == errc::unavailable);
  CHECK(!refused.error().what.empty());
  CHECK(subject.accepted() == 0);

  // It is not retried there: one question is one reboot.
  subject.accept();
  CHECK(reboot());
  CHECK(subject.accepted() == 1);
  CHECK(reboot());
  CHECK(subject.accepted() == 2);
  subject.refuse();
  CHECK(!reboot());
  CHECK(subject.accepted() == 2);
}

} // namespace copal::test
