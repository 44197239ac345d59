// A device with nothing to do: flash memory wears, and batteries run down.

#include "tests/integration/support/device.hpp"
#include "tests/integration/support/suite.hpp"
#include "tests/support/temp_folder.hpp"

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace copal::test;

namespace {

/// Seconds of rest to look at; `tools/test --all` asks for ten minutes.
int rest_seconds() {
  const char* text = std::getenv("COPAL_IDLE_SECONDS");
  return text == nullptr ? 15 : std::atoi(text);
}

/// Calls that put something on a disk, with the paths of the descriptors they are given.
constexpr const char* writing_calls =
  "trace=write,pwrite64,writev,pwritev,pwritev2,fsync,fdatasync,sync_file_range,ftruncate,"
  "fallocate,"
  "copy_file_range,rename,renameat2,unlink,unlinkat,msync,openat";

/// Whether a line of the trace tells of a file being changed: not a pipe, socket or timer, and not
/// a file opened for reading.
bool changes_a_file(const std::string& line) {
  const auto has = [&line](const char* part) { return line.find(part) != std::string::npos; };
  if (has("openat("))
    return has("O_CREAT") || has("O_WRONLY") || has("O_RDWR") || has("O_TRUNC");
  return has("(\"/") || has("</") || has("rename(") || has("unlink(");
}

std::vector<std::string> lines_of(const std::filesystem::path& path) {
  std::vector<std::string> out;
  std::ifstream in{path};
  for (std::string line; std::getline(in, line);)
    out.push_back(line);
  return out;
}

} // namespace

TEST_SUITE("stories") {

  TEST_CASE("story: at rest nothing is written to a disk, and the engine is not asked") {
    if (std::system("strace -o /dev/null true >/dev/null 2>&1") != 0) {
      MESSAGE("not looked at: strace is missing, or may not trace here");
      CHECK(std::getenv("CI") == nullptr); // there, everything is looked at
      return;
    }
    device d{shared_engine()};
    wanted_app app;
    app.services = {{"db"}, {"web"}};
    REQUIRE(d.install(app));
    d.running().let_run(std::chrono::seconds{2}); // what follows the install is not rest
    const temp_folder elsewhere;
    const auto trace = elsewhere.path() / "trace";
    program tracer{{"/usr/bin/strace",
      "-f",
      "-y",
      "-o",
      trace.string(),
      "-e",
      writing_calls,
      "-p",
      std::to_string(d.running().id())}};
    REQUIRE(tracer.wait_for("attached", 0, std::chrono::seconds{10}));
    d.forget_calls();
    d.running().let_run(std::chrono::seconds{rest_seconds()});
    CHECK(d.changes() == "");
    CHECK(d.looks() == "");
    for (const auto& line : lines_of(trace))
      CHECK_MESSAGE(!changes_a_file(line), line);
    // The trace does see a write: another target has to go to the disk.
    app["web"].environment["COLOUR"] = "blue";
    REQUIRE(d.change(app));
    tracer.end();
    auto writes = 0;
    for (const auto& line : lines_of(trace))
      writes += changes_a_file(line) ? 1 : 0;
    CHECK(writes > 0);
  }
}
