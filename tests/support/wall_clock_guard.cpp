#include "tests/support/wall_clock_guard.hpp"

#include <atomic>
#include <charconv>
#include <csignal>
#include <cstdlib>
#include <cstring>

#include <unistd.h>

namespace copal::test {

namespace {

constexpr int exit_code_of_hung_test = 124; // as timeout(1)

std::atomic<std::uint64_t> guarded_seed{0};
std::atomic<int> depth{0};
static_assert(std::atomic<std::uint64_t>::is_always_lock_free, "it is read by a signal handler");

void say(const char* text, std::size_t size) {
  [[maybe_unused]] const auto written = ::write(STDERR_FILENO, text, size);
}

extern "C" void end_hung_test(int) {
  char number[24];
  const auto end = std::to_chars(number, number + sizeof number, guarded_seed.load()).ptr;
  const char before[] = "\nthis test hangs; replay it with SIM_SEED=";
  say(before, sizeof before - 1);
  say(number, static_cast<std::size_t>(end - number));
  say("\n", 1);
  ::_exit(exit_code_of_hung_test);
}

unsigned limit_in_seconds() {
  const char* text = std::getenv("SIM_WALL_SECONDS");
  return text == nullptr ? 120U : static_cast<unsigned>(std::strtoul(text, nullptr, 10));
}

} // namespace

wall_clock_guard::wall_clock_guard(std::uint64_t seed) : outer_seed_(guarded_seed.exchange(seed)) {
  static const bool installed = std::signal(SIGALRM, end_hung_test) != SIG_ERR;
  ++depth;
  if (installed)
    ::alarm(limit_in_seconds());
}

wall_clock_guard::~wall_clock_guard() {
  guarded_seed = outer_seed_;
  ::alarm(--depth > 0 ? limit_in_seconds() : 0);
}

} // namespace copal::test
