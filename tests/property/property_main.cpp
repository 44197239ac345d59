// Runs the property test and the regressions against one engine: `property_tests docker|podman`.

#define DOCTEST_CONFIG_IMPLEMENT

#include "tests/property/engine_under_test.hpp"

#include <cstdlib>
#include <iostream>
#include <string_view>

#include <doctest/doctest.h>

namespace copal::property {

namespace {

engine_under_test* current = nullptr;

/// What `tools/test` reads of a runner that cannot run.
int skip(const std::string& why) {
  constexpr int skipped = 77;
  std::cout << "no such engine can be started here: " << why << '\n'
            << "[property] test cases: 1 | 0 passed | 0 failed | 1 skipped\n";
  return skipped;
}

} // namespace

engine_under_test& under_test() {
  return *current;
}

} // namespace copal::property

int main(int argc, char** argv) {
  using namespace copal::property;
  const std::string_view wanted = argc > 1 ? argv[1] : "";
  if (wanted != "docker" && wanted != "podman") {
    std::cerr << "usage: property_tests docker|podman [doctest options]\n";
    return 2;
  }
  auto engine =
    engine_under_test::start(wanted == "docker" ? make_of_engine::docker : make_of_engine::podman);
  const char* ci = std::getenv("CI");
  if (!engine && (ci == nullptr || std::string_view{ci} != "true"))
    return skip(engine.error().what);
  if (!engine) {
    std::cerr << "no engine: " << engine.error().what << '\n';
    return 1;
  }
  current = engine->get();
  doctest::Context context{argc - 1, argv + 1};
  return context.run();
}
