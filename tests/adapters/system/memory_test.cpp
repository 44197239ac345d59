#include "adapters/system/memory.hpp"

#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace copal::test {
namespace {

/// A figure of /proc/self/status in KiB: `RssFile`, `RssAnon`.
long kib_of(const std::string& name) {
  std::ifstream in{"/proc/self/status"};
  for (std::string word; in >> word;) {
    if (word == name + ':') {
      long out = 0;
      in >> out;
      return out;
    }
  }
  return -1;
}

TEST_SUITE("memory") {

  TEST_CASE("memory: code that was not used lately is given back, and comes again") {
    const auto before = kib_of("RssFile");
    REQUIRE(before > 0);
    give_back_idle_memory();
    const auto after = kib_of("RssFile");
    CHECK(after < before);
    // What was given back works as before: exceptions, streams, constants.
    CHECK_THROWS_AS(std::vector<int>{}.at(1), std::out_of_range);
    CHECK(std::to_string(4.5) == "4.500000");
  }

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) // they have a heap of their own
  TEST_CASE("memory: what a burst took from the heap is given back") {
    share_heap();
    std::vector<std::unique_ptr<std::string>> burst;
    for (auto i = 0; i < 20'000; ++i)
      burst.push_back(std::make_unique<std::string>(1000, 'x'));
    const auto last = std::make_unique<std::string>(1000, 'y'); // keeps the top of the heap taken
    const auto full = kib_of("RssAnon");
    burst.clear();
    give_back_idle_memory();
    CHECK(kib_of("RssAnon") < full - 15'000);
    CHECK(last->front() == 'y');
  }
#endif
}

} // namespace
} // namespace copal::test
