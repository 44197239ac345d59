#include "tests/adapters/store/child_process.hpp"
#include "tests/adapters/store/rows.hpp"
#include "tests/adapters/store/running_store.hpp"
#include "tests/support/temp_folder.hpp"

#include <algorithm>
#include <cstdlib>
#include <random>
#include <string>

#include <doctest/doctest.h>

namespace copal::test {
namespace {

/// Reads acknowledgements until this one, or the end; the last one read.
int last_number(child_process& child, int until) {
  int last = 0;
  while (last < until) {
    const auto line = child.line();
    if (!line)
      break;
    last = std::stoi(*line);
  }
  return last;
}

TEST_SUITE("store") {
  TEST_CASE("crash: every answered change is there after kill -9") {
    std::mt19937 chance{20};
    const temp_folder folder;
    const auto path = folder / "copal.sqlite";
    int answered = 0;
    for (int round = 0; round < 20; ++round) {
      CAPTURE(round);
      {
        child_process child{{store_child_program(), "write", path.string()}};
        const int until = std::uniform_int_distribution{1, 300}(chance);
        answered = std::max(answered, last_number(child, until));
        child.kill();
        answered = std::max(answered, last_number(child, 1'000'000)); // what was still in the pipe
      }
      running_store store{path};
      CHECK(store.facts().set_aside_as.empty());
      const auto rows = store.rows();
      int found = 0;
      for (int i = 1; i <= answered; ++i)
        found += std::binary_search(rows.begin(), rows.end(), numbered_row(i)) ? 1 : 0;
      CHECK(found == answered);
    }
    CHECK(answered > 50);
  }

  TEST_CASE("crash: a full disk is told as such, and what was stored stands") {
    const temp_folder folder;
    const auto path = folder / "copal.sqlite";
    child_process child{{store_child_program(), "fill", path.string(), "300"}};
    int answered = 0;
    std::string outcome;
    while (auto line = child.line()) {
      if (!std::isdigit(static_cast<unsigned char>(line->front()))) {
        outcome = *line;
        break;
      }
      answered = std::stoi(*line);
    }
    CHECK(outcome == "exhausted");
    CHECK(answered > 10);
    CHECK(child.wait() == 0);
    running_store store{path};
    CHECK(store.rows().size() == static_cast<std::size_t>(answered));
    CHECK(store.change(store::put_row{numbered_row(answered + 1)}));
  }

  TEST_CASE("crash: no room for a new store is told as such") {
    const temp_folder folder;
    child_process child{{store_child_program(), "fill", (folder / "copal.sqlite").string(), "2"}};
    CHECK(child.line() == "unavailable"); // the store has ended by the time it is asked
    CHECK(child.wait() == 0);
    running_store store{folder / "copal.sqlite"};
    CHECK(store.change(store::put_row{numbered_row(1)}));
  }
}

} // namespace
} // namespace copal::test
