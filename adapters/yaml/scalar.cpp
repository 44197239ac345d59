#include "adapters/yaml/scalar.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>

namespace copal::yaml {
namespace {

bool one_of(std::string_view text, std::initializer_list<std::string_view> spellings) {
  return std::find(spellings.begin(), spellings.end(), text) != spellings.end();
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

std::optional<value> as_boolean(std::string_view text) {
  if (one_of(text, {"true", "True", "TRUE"}))
    return value{true};
  if (one_of(text, {"false", "False", "FALSE"}))
    return value{false};
  return std::nullopt;
}

/// Digits of a base, all of them; absent when a character is none or 64 bits do not hold them.
std::optional<std::uint64_t> digits(std::string_view text, int base) {
  std::uint64_t number = 0;
  const char* last = text.data() + text.size();
  const auto [end, problem] = std::from_chars(text.data(), last, number, base);
  if (text.empty() || problem != std::errc{} || end != last)
    return std::nullopt;
  return number;
}

/// `0x1f`, `0o17`, `0b101` and `017`: a leading zero means octal, as YAML 1.1 had it and compose's
/// reader still has.
std::optional<std::uint64_t> magnitude(std::string_view text) {
  if (text.size() > 1 && text[0] == '0') {
    switch (text[1]) {
      case 'x':
      case 'X':
        return digits(text.substr(2), 16);
      case 'o':
      case 'O':
        return digits(text.substr(2), 8);
      case 'b':
      case 'B':
        return digits(text.substr(2), 2);
      default:
        return digits(text.substr(1), 8);
    }
  }
  return digits(text, 10);
}

std::optional<value> as_integer(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+'))
    text.remove_prefix(1);
  const auto number = magnitude(text);
  if (!number)
    return std::nullopt;
  constexpr auto most = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  if (*number <= most) {
    const auto small = static_cast<std::int64_t>(*number);
    return value{negative ? -small : small};
  }
  if (negative && *number == most + 1)
    return value{std::numeric_limits<std::int64_t>::min()};
  return value{negative ? -static_cast<double>(*number) : static_cast<double>(*number)};
}

/// `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`
bool looks_real(std::string_view text) {
  const auto skip_digits = [&text] {
    const auto count =
      static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), is_digit) - text.begin());
    text.remove_prefix(count);
    return count > 0;
  };
  const auto skip_sign = [&text] {
    if (text.starts_with('-') || text.starts_with('+'))
      text.remove_prefix(1);
  };
  skip_sign();
  const bool whole = skip_digits();
  bool fraction = false;
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    fraction = skip_digits();
  }
  if (!whole && !fraction)
    return false;
  if (text.starts_with('e') || text.starts_with('E')) {
    text.remove_prefix(1);
    skip_sign();
    if (!skip_digits())
      return false;
  }
  return text.empty();
}

result<std::optional<value>> as_real(std::string_view text) {
  const auto unsigned_part = text.substr(text.starts_with('-') || text.starts_with('+') ? 1 : 0);
  if (one_of(unsigned_part, {".inf", ".Inf", ".INF"}) || one_of(text, {".nan", ".NaN", ".NAN"}))
    return fail(errc::invalid_input, "a number that is not finite");
  if (!looks_real(text))
    return std::nullopt;
  if (text.starts_with('+'))
    text.remove_prefix(1);
  double number = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (problem == std::errc::result_out_of_range)
    return fail(errc::invalid_input, "a number that is too large or too small");
  return std::optional{value{number}};
}

result<std::optional<value>> as_number(std::string_view text) {
  if (auto integer = as_integer(text))
    return integer;
  return as_real(text);
}

/// Numbers may hold underscores between their digits; text keeps them.
std::string without_underscores(std::string_view text) {
  std::string plain{text};
  std::erase(plain, '_');
  return plain;
}

/// Only these can begin a number.
bool may_be_number(std::string_view text) {
  return !text.empty() && (is_digit(text[0]) || text[0] == '-' || text[0] == '+' || text[0] == '.');
}

} // namespace

result<value> resolve_plain(std::string_view text) {
  if (auto boolean = as_boolean(text))
    return *boolean;
  if (may_be_number(text)) {
    auto number = as_number(without_underscores(text));
    if (!number)
      return fail(std::move(number.error()));
    if (*number)
      return std::move(**number);
  }
  return value{text};
}

result<value> resolve_tagged(std::string_view type, std::string_view text) {
  const auto misfit = [type] {
    return fail(errc::invalid_input, "what is tagged !!" + std::string{type} + " is none");
  };
  if (type == "str")
    return value{text};
  if (type == "null")
    return one_of(text, {"", "~", "null", "Null", "NULL"}) ? result<value>{value{}} : misfit();
  if (type == "bool") {
    auto boolean = as_boolean(text);
    return boolean ? result<value>{std::move(*boolean)} : misfit();
  }
  const auto plain = without_underscores(text);
  auto number = type == "int" ? result<std::optional<value>>{as_integer(plain)} : as_number(plain);
  if (!number)
    return fail(std::move(number.error()));
  if (!*number)
    return misfit();
  if (const auto* integer = (*number)->as_integer(); integer != nullptr && type == "float")
    return value{static_cast<double>(*integer)};
  return std::move(**number);
}

} // namespace copal::yaml
