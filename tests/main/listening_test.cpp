#include "main/listening.hpp"

#include <doctest/doctest.h>

namespace copal {
namespace {

std::string told(const result<std::vector<listen_address>>& all) {
  if (!all)
    return to_string(all.error().code);
  std::string out;
  for (const auto& one : *all)
    out += (out.empty() ? "" : ", ") + one.host + ' ' + std::to_string(one.port)
           + (one.may_be_absent ? "?" : "");
  return out;
}

TEST_SUITE("main") {
  TEST_CASE("listening: without a cloud only this machine and its services are heard") {
    CHECK(told(listen_addresses({}, false, 48484))
          == "127.0.0.1 48484, ::1 48484?, 10.114.104.1 48484?");
    CHECK(told(listen_addresses({}, true, 80)) == "0.0.0.0 80, :: 80?");
  }

  TEST_CASE("listening: what was asked for, and nothing else") {
    const struct {
      std::string asked;
      std::string expected;
    } rows[] = {
      {"127.0.0.1", "127.0.0.1 48484"},
      {"127.0.0.1:80", "127.0.0.1 80"},
      {"127.0.0.1:0", "127.0.0.1 0"},
      {":80", "0.0.0.0 80, :: 80?"},
      {"::1", "::1 48484"},
      {"[::1]:80", "::1 80"},
      {"[::1]", "::1 48484"},
      {"", "invalid input"},
      {":", "invalid input"},
      {"127.0.0.1:", "invalid input"},
      {"127.0.0.1:70000", "invalid input"},
      {"127.0.0.1:8x", "invalid input"},
      {"[::1", "invalid input"},
      {"[::1]80", "invalid input"},
      {"localhost", "invalid input"},
      {"http://127.0.0.1", "invalid input"},
    };
    for (const auto& row : rows) {
      CAPTURE(row.asked);
      CHECK(told(listen_addresses({row.asked}, false, 48484)) == row.expected);
    }
    CHECK(
      told(listen_addresses({"127.0.0.1", ":80"}, false, 1)) == "127.0.0.1 1, 0.0.0.0 80, :: 80?");
    const auto wrong = listen_addresses({"localhost"}, false, 1);
    CHECK(wrong.error().what.find("--listen localhost") == 0);
  }
}

} // namespace
} // namespace copal
