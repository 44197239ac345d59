#include "messages/protocol/inspect.hpp"

#include "messages/protocol/type_ids.hpp"
#include "tests/messages/protocol/filler.hpp"

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include <caf/binary_deserializer.hpp>
#include <caf/binary_serializer.hpp>
#include <caf/deep_to_string.hpp>
#include <doctest/doctest.h>

namespace copal {
namespace {

using bytes = std::vector<char>;
using choice = std::variant<std::monostate, std::string, std::int64_t>;

template <class T>
bytes written(T x) {
  bytes out;
  caf::binary_serializer sink{nullptr, out};
  CHECK_FALSE(sink(x));
  return out;
}

/// The error of reading; no error and the value when it can be read.
template <class T>
std::pair<caf::error, T> read(const bytes& from, T x = {}) {
  caf::binary_deserializer source{nullptr, from};
  auto err = source(x);
  return {std::move(err), std::move(x)};
}

TEST_SUITE("inspect") {
  TEST_CASE("optional: absent and present come back, over whatever was there before") {
    const std::optional<std::string> absent;
    const std::optional<std::string> present{"web"};
    for (const auto& before : {absent, present, std::optional<std::string>{"db"}}) {
      CHECK(read(written(absent), before).second == absent);
      CHECK(read(written(present), before).second == present);
    }
  }

  TEST_CASE("variant: each alternative comes back, over whatever was there before") {
    const std::vector<choice> all{{}, std::string{"web"}, std::int64_t{7}};
    for (const auto& before : all) {
      for (const auto& x : all)
        CHECK(read(written(x), before).second == x);
    }
  }

  TEST_CASE("variant: an index that no alternative has is an error, and the old value stands") {
    for (const char index : {char{3}, char{100}, static_cast<char>(0xff)}) {
      const auto [err, x] = read<choice>({index, 0, 0, 0}, std::string{"web"});
      CHECK(err);
      CHECK(x == choice{std::string{"web"}});
    }
  }

  TEST_CASE("variant: an alternative that breaks off is an error") {
    auto cut = written(choice{std::string{"web"}});
    cut.pop_back();
    CHECK(read<choice>(cut).first);
  }

  TEST_CASE("reading: a message that breaks off anywhere is an error, never a crash") {
    test::filler filler;
    for (int round = 0; round < 16; ++round) {
      do_step x;
      filler.fill(x);
      const auto whole = written(x);
      for (std::size_t size = 0; size < whole.size(); ++size) {
        const bytes cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
        CHECK(read<do_step>(cut).first);
      }
    }
  }

  TEST_CASE("printing: optionals and variants show what they hold") {
    const struct {
      const char* name;
      std::string printed;
      std::string expected;
    } rows[] = {
      {"absent", caf::deep_to_string(std::optional<std::int64_t>{}), "none"},
      {"present", caf::deep_to_string(std::optional<std::int64_t>{7}), "7"},
      {"number", caf::deep_to_string(choice{std::int64_t{7}}), "7"},
      {"text", caf::deep_to_string(choice{std::string{"web"}}), "\"web\""},
    };
    for (const auto& row : rows) {
      CAPTURE(row.name);
      CHECK(row.printed == row.expected);
    }
  }
}

} // namespace
} // namespace copal
