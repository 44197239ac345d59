#include "messages/protocol/type_ids.hpp"

#include <caf/exit_reason.hpp>
#include <caf/sec.hpp>
#include <doctest/doctest.h>

namespace copal {
namespace {

constexpr errc every_code[] = {
  errc::invalid_input,
  errc::not_found,
  errc::unavailable,
  errc::timeout,
  errc::conflict,
  errc::corrupt,
  errc::exhausted,
  errc::internal,
  errc::broken,
};

TEST_SUITE("errors") {
  TEST_CASE("error: code and text come through CAF unchanged") {
    for (const auto code : every_code) {
      CAPTURE(to_string(code));
      for (const char* text : {"", "no image web:2", "with \"quotes\"\nand lines"}) {
        const error given{code, text};
        CHECK(from_caf(to_caf(given)) == given);
        CHECK(to_caf(given));
      }
    }
  }

  TEST_CASE("error: CAF's own become those that a caller can react to") {
    const struct {
      const char* name;
      caf::error given;
      errc expected;
    } rows[] = {
      {"no answer in time", caf::sec::request_timeout, errc::timeout},
      {"the receiver is down", caf::sec::request_receiver_down, errc::unavailable},
      {"it was killed", caf::exit_reason::kill, errc::unavailable},
      {"it was stopped", caf::exit_reason::user_shutdown, errc::unavailable},
      {"it threw", caf::make_error(caf::sec::runtime_error, "boom"), errc::internal},
      {"it does not know the message", caf::sec::unexpected_message, errc::internal},
      {"no error at all", caf::error{}, errc::internal},
      {"a code of ours from nowhere", caf::error{99, caf::atom("copal")}, errc::internal},
      {"our code zero", caf::error{0, caf::atom("copal")}, errc::internal},
    };
    for (const auto& row : rows) {
      CAPTURE(row.name);
      CHECK(from_caf(row.given).code == row.expected);
    }
  }

  TEST_CASE("error: what an exception said is kept") {
    CHECK(from_caf(caf::make_error(caf::sec::runtime_error, "boom")).what.find("boom")
          != std::string::npos);
  }
}

} // namespace
} // namespace copal
