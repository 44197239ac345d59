// What a user sees when the target changes. Each story names every call that may change something.

#include "tests/integration/support/device.hpp"
#include "tests/integration/support/suite.hpp"

#include <doctest/doctest.h>

using namespace copal::test;

namespace {

wanted_app two_services() {
  wanted_app app;
  app.services = {{"db"}, {"web"}};
  return app;
}

} // namespace

TEST_SUITE("stories") {

  TEST_CASE("story: two services are installed, each image fetched once") {
    device d{shared_engine()};
    REQUIRE(d.install(two_services()));
    CHECK(d.runs("db"));
    CHECK(d.runs("web"));
    CHECK(
      d.changes()
      == "create db; create network default; create web; pull test/base:1; start db; start web");
    CHECK(d.looks() == "inspect db; inspect web");
    CHECK(d.stop() == 0);
    CHECK(d.runs("db"));
  }

  TEST_CASE("story: started again, it adopts what runs and changes nothing") {
    device d{shared_engine()};
    REQUIRE(d.install(two_services()));
    const auto before = d.ids();
    REQUIRE(d.stop() == 0);
    d.forget_calls();
    d.start();
    REQUIRE(d.reached());
    CHECK(d.changes() == "");
    CHECK(d.ids() == before);
  }

} // TEST_SUITE
