#include "tests/support/seeds.hpp"

#include <cstdlib>
#include <numeric>
#include <optional>
#include <string>

namespace copal::test {

namespace {

std::optional<std::uint64_t> number_from(const char* variable) {
  const char* text = std::getenv(variable);
  if (text == nullptr || *text == '\0')
    return std::nullopt;
  return std::stoull(text);
}

} // namespace

std::vector<std::uint64_t> seeds(std::uint64_t default_count) {
  if (const auto one = number_from("SIM_SEED"))
    return {*one};
  std::vector<std::uint64_t> all(
    static_cast<std::size_t>(number_from("SIM_SEEDS").value_or(default_count)));
  std::iota(all.begin(), all.end(), std::uint64_t{1});
  return all;
}

} // namespace copal::test
