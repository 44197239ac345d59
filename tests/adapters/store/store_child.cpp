// A process with a store of its own, for the tests that kill, starve or watch one.
//
//   store_child write PATH     puts rows 1, 2, 3 ... and prints each number once it is answered
//   store_child fill PATH KIB  the same with files held to KIB kibibytes; prints the first error
//   store_child idle PATH S    puts, repeats the same puts, loads, prints "ready", waits S seconds

#include "adapters/store/store.hpp"
#include "tests/adapters/store/rows.hpp"
#include "tests/support/live_system.hpp"

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string>

#include <sys/resource.h>

namespace copal::test {
namespace {

void say(const std::string& line) {
  std::puts(line.c_str());
  std::fflush(stdout);
}

int write_rows(caf::actor_system& system, const supervised<store_actor>& store, int most) {
  for (int i = 1; i <= most; ++i) {
    const auto done = ask<store::stored>(system, store, store::put_row{numbered_row(i)});
    if (!done) {
      say(to_string(done.error().code));
      return 0;
    }
    say(std::to_string(i));
  }
  return 0;
}

void hold_files_to(const char* kib) {
  const rlim_t bytes = std::strtoul(kib, nullptr, 10) * 1024;
  const rlimit bound{.rlim_cur = bytes, .rlim_max = bytes};
  std::signal(SIGXFSZ, SIG_IGN);
  ::setrlimit(RLIMIT_FSIZE, &bound);
}

int stay_idle(caf::actor_system& system, const supervised<store_actor>& store, int seconds) {
  for (int round = 0; round < 3; ++round) {
    // Marks in the trace: only the first round may write.
    say("round " + std::to_string(round));
    for (int i = 1; i <= 10; ++i)
      static_cast<void>(ask<store::stored>(system, store, store::put_row{numbered_row(i)}));
    static_cast<void>(ask<store::stored>(system, store, store::save_target{example_target()}));
    static_cast<void>(ask<store::stored>(system, store, store::save_commit{{1}, commit_id{"c1"}}));
    static_cast<void>(ask<store::stored>(
      system, store, store::put_key{{.app = {1}, .service = {"web"}, .key = secret{"k"}}}));
    static_cast<void>(ask<store::row_list>(system, store, store::load_rows{}));
    static_cast<void>(ask<store::stored_target>(system, store, store::load_target{}));
  }
  say("ready");
  caf::scoped_actor self{system}; // nobody writes to it: what is tested is that nothing happens
  self->receive(caf::after(std::chrono::seconds(seconds)) >> [] {});
  say("done");
  return 0;
}

int run(const std::string& what, const char* path, const char* number) {
  if (what == "fill")
    hold_files_to(number);
  live_system system;
  const auto store = spawn_store(*system, {.path = path});
  const int done = what == "idle" ? stay_idle(*system, store, std::atoi(number))
                                  : write_rows(*system, store, 1'000'000);
  caf::anon_send_exit(store, caf::exit_reason::user_shutdown);
  return done;
}

} // namespace
} // namespace copal::test

int main(int argc, char** argv) {
  if (argc < 3)
    return 2;
  return copal::test::run(argv[1], argv[2], argc > 3 ? argv[3] : "0");
}
