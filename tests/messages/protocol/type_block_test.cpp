#include "messages/protocol/type_ids.hpp"
#include "tests/messages/protocol/filler.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/binary_deserializer.hpp>
#include <caf/binary_serializer.hpp>
#include <caf/deep_to_string.hpp>
#include <caf/make_message.hpp>
#include <caf/message.hpp>
#include <doctest/doctest.h>

namespace copal {
namespace {

using bytes = std::vector<char>;

/// As many rounds as the largest variant has alternatives, and some more for nested ones.
constexpr int rounds = 32;

struct quiet_config : caf::actor_system_config {
  quiet_config() {
    add_messages_to(*this);
    set("scheduler.policy", caf::atom("testing"));
  }
};

template <class T>
bytes written(caf::actor_system& system, T& x) {
  bytes out;
  caf::binary_serializer sink{system, out};
  CHECK_FALSE(sink(x));
  return out;
}

template <class T>
T read_back(caf::actor_system& system, const bytes& from) {
  T x{};
  caf::binary_deserializer source{system, from};
  CHECK_FALSE(source(x));
  CHECK(source.remaining() == 0);
  return x;
}

template <class T>
void check_round_trip(caf::actor_system& system, T& x) {
  const auto first = written(system, x);
  auto back = read_back<T>(system, first);
  CHECK(written(system, back) == first);
  if constexpr (requires { static_cast<bool>(x == back); })
    CHECK(x == back);
}

/// As it is sent and recorded: with its type.
template <class T>
void check_recorded(caf::actor_system& system, const T& x) {
  auto sent = caf::make_message(x);
  const auto first = written(system, sent);
  auto back = read_back<caf::message>(system, first);
  REQUIRE(back.template match_elements<T>());
  CHECK(written(system, back) == first);
}

/// What stands around the forbidden word; empty when it is not there.
std::string around(const std::string& text, std::string_view word) {
  const auto at = text.find(word);
  if (at == std::string::npos)
    return {};
  const auto from = at < 60 ? 0 : at - 60;
  return text.substr(from, at - from + word.size() + 60);
}

void check_text(const std::string& text) {
  CHECK(around(text, "unprintable") == "");
  CHECK(around(text, test::canary) == "");
}

template <class T>
void check_print(const T& x) {
  check_text(caf::to_string(caf::make_message(x)));
  check_text(caf::deep_to_string(x));
}

template <class T>
void check_message(caf::actor_system& system, const std::string& name) {
  CAPTURE(name);
  T plain{};
  check_round_trip(system, plain);
  check_print(plain);
  test::filler filler;
  for (int round = 0; round < rounds; ++round) {
    CAPTURE(round);
    T x{};
    filler.fill(x);
    check_round_trip(system, x);
    check_recorded(system, x);
    check_print(x);
  }
  CHECK(filler.not_covered() == std::vector<std::string>{});
}

template <caf::type_id_t... Offsets>
void check_block(caf::actor_system& system, std::integer_sequence<caf::type_id_t, Offsets...>) {
  (check_message<typename caf::type_by_id<caf::id_block::copal::begin + Offsets>::type>(
     system, caf::type_name_by_id<caf::id_block::copal::begin + Offsets>::value),
    ...);
}

TEST_SUITE("messages") {
  TEST_CASE("messages: each can be recorded and printed, and shows no secret") {
    quiet_config config;
    caf::actor_system system{config};
    constexpr auto count = caf::id_block::copal::end - caf::id_block::copal::begin;
    check_block(system, std::make_integer_sequence<caf::type_id_t, count>{});
  }

  TEST_CASE("messages: the filler leaves no field at its default and tells fields apart") {
    test::filler filler;
    container_config filled;
    filler.fill(filled);
    const container_config plain;
    CHECK(filled.tty != plain.tty);
    CHECK(filled.stop_signal != plain.stop_signal);
    CHECK(filled.cpu_shares != filled.cpu_quota);
    CHECK(filled.init.has_value());
    CHECK_FALSE(filled.networks.empty());
    CHECK(filled.env.begin()->second.reveal().find(test::canary) == 0);
  }
}

} // namespace
} // namespace copal
