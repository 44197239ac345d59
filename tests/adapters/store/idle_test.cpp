// A rest wears no flash memory. In a program of its own, which is also run for longer.

#include "tests/adapters/store/child_process.hpp"
#include "tests/support/temp_folder.hpp"

#include <cstdlib>
#include <fstream>
#include <string>

#include <doctest/doctest.h>

namespace copal::test {
namespace {

/// A line of a trace that is about a file: neither a signal nor the wake-up of another thread,
/// which is eight bytes on an event descriptor or a pipe.
bool is_call_on_file(const std::string& line) {
  return line.find("+++") == std::string::npos && line.find("---") == std::string::npos
         && !line.ends_with(", 8) = 8") && !line.ends_with(", 1) = 1");
}

TEST_SUITE("store") {
  TEST_CASE("idle: at rest no system call writes to its files") {
    if (std::system("strace -o /dev/null true >/dev/null 2>&1") != 0) {
      MESSAGE("not looked at: strace is missing, or may not trace here");
      CHECK(std::getenv("CI") == nullptr); // there, everything is looked at
      return;
    }
    // The slow suite waits a minute; `tools/test --all` asks for ten.
    const char* seconds = std::getenv("COPAL_IDLE_SECONDS");
    if (seconds == nullptr)
      seconds = std::getenv("COPAL_SLOW") == nullptr ? "2" : "60";
    const temp_folder folder;
    const temp_folder elsewhere;
    const auto trace = elsewhere / "trace";
    const std::string writing =
      "trace=write,pwrite64,writev,pwritev,pwritev2,fsync,fdatasync,ftruncate,fallocate,rename,"
      "unlink,msync";
    child_process child{{"strace",
      "-E",
      "ASAN_OPTIONS=detect_leaks=0", // the leak check cannot run in a traced process
      "-f",
      "-o",
      trace.string(),
      "-e",
      writing,
      store_child_program(),
      "idle",
      (folder / "copal.sqlite").string(),
      seconds}};
    while (child.line()) {}
    CHECK(child.wait() == 0);

    std::ifstream in{trace};
    std::string line;
    std::string part; // what the child said last: it prints to descriptor 1
    int in_first_round = 0;
    std::string unexpected;
    while (std::getline(in, line)) {
      if (const auto at = line.find("write(1, \""); at != std::string::npos)
        part = line.substr(at + 10, 7);
      else if (part == "round 0")
        ++in_first_round;
      else if (is_call_on_file(line)
               && (part == "round 1" || part == "round 2" || part == "ready\\n"))
        unexpected += part + ": " + line + "\n";
    }
    CHECK(in_first_round > 10); // the trace does see the store's writes
    CHECK(part.starts_with("done"));
    CHECK(unexpected == "");
  }
}

} // namespace
} // namespace copal::test
