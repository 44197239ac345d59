#include "adapters/log/log.hpp"

#include <doctest/doctest.h>

namespace copal {
namespace {

TEST_SUITE("log") {
  TEST_CASE("log: a text cannot begin a line of its own") {
    CHECK(one_line("a\nb\r\x1b[31m\tc\x7f") == "a b  [31m c ");
    CHECK(one_line("Grüße") == "Grüße");
  }

  TEST_CASE("log: a long text is cut") {
    const auto out = one_line(std::string(5000, 'x'));
    CHECK(out.size() == 4099);
    CHECK(out.substr(4096) == "...");
  }

  TEST_CASE("log: levels by name") {
    CHECK(log_level_of("trace") == log_level::trace);
    CHECK(log_level_of("warn") == log_level::warning);
    CHECK(log_level_of("warning") == log_level::warning);
    CHECK(log_level_of("loud").error().what
          == "log level 'loud': expected trace, debug, info, warning or error");
  }
}

} // namespace
} // namespace copal
