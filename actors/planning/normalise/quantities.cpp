#include "actors/planning/normalise/quantities.hpp"

#include <charconv>
#include <cmath>
#include <limits>
#include <string>

namespace copal::planning {

namespace {

struct unit {
  std::string_view name;
  double nanoseconds;
};

// A unit stands before those it begins with: "ms" before "m".
constexpr unit units[] = {
  {"ns", 1},
  {"us", 1e3},
  {"\u00b5s", 1e3}, // micro sign
  {"\u03bcs", 1e3}, // Greek mu
  {"ms", 1e6},
  {"s", 1e9},
  {"m", 60e9},
  {"h", 3600e9},
  {"d", 86400e9},
  {"w", 604800e9},
};

const unit* unit_at(std::string_view rest) {
  for (const auto& u : units) {
    if (rest.substr(0, u.name.size()) == u.name)
      return &u;
  }
  return nullptr;
}

constexpr std::string_view digits = "0123456789";

/// The shift of a suffix in lower case: "", "b", "k", "kb" ...; -1 for anything else.
int shift_of(std::string_view suffix) {
  constexpr std::string_view scales = "bkmg";
  if (suffix.empty())
    return 0;
  const auto at = scales.find(suffix.front());
  const auto rest = suffix.substr(1);
  if (at == std::string_view::npos || !(rest.empty() || rest == "b"))
    return -1;
  return static_cast<int>(at) * 10;
}

} // namespace

std::optional<std::int64_t> parse_bytes(std::string_view text) {
  std::int64_t number = 0;
  const auto end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, number);
  if (read.ec != std::errc{} || number < 0)
    return std::nullopt;
  std::string suffix;
  for (const char c : text.substr(static_cast<std::size_t>(read.ptr - text.data())))
    suffix += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  const int shift = shift_of(suffix);
  if (shift < 0 || number > (std::numeric_limits<std::int64_t>::max() >> shift))
    return std::nullopt;
  return number << shift;
}

std::optional<std::chrono::nanoseconds> parse_duration(std::string_view text) {
  constexpr double longest = 9e18; // about 285 years; a signed 64 bit count holds it
  double sum = 0;
  if (text.empty())
    return std::nullopt;
  while (!text.empty()) {
    double number = 0;
    const auto end = text.data() + text.size();
    const auto read = std::from_chars(text.data(), end, number, std::chars_format::fixed);
    if (read.ec != std::errc{} || digits.find(text.front()) == std::string_view::npos)
      return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(read.ptr - text.data()));
    const auto* u = unit_at(text);
    if (u == nullptr)
      return std::nullopt;
    text.remove_prefix(u->name.size());
    sum += number * u->nanoseconds;
    if (!(sum <= longest))
      return std::nullopt;
  }
  return std::chrono::nanoseconds{std::llround(sum)};
}

} // namespace copal::planning
