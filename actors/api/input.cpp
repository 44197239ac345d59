#include "actors/api/input.hpp"

#include <charconv>
#include <cmath>

namespace copal::api {

std::optional<std::int64_t> integer_of(std::string_view text) {
  if (const auto dot = text.find('.'); dot != std::string_view::npos) {
    if (text.find_first_not_of('0', dot + 1) != std::string_view::npos)
      return std::nullopt;
    text = text.substr(0, dot);
  }
  std::int64_t out = 0;
  const auto* end = text.data() + text.size();
  const auto [at, failed] = std::from_chars(text.data(), end, out);
  if (text.empty() || failed != std::errc{} || at != end)
    return std::nullopt;
  return out;
}

std::optional<std::int64_t> integer_of(const value* x) {
  if (x == nullptr)
    return std::nullopt;
  if (const auto* number = x->as_integer())
    return *number;
  if (const auto* real = x->as_real()) {
    constexpr double most = 9007199254740992.0; // Beyond it not every integer can be written.
    if (std::trunc(*real) == *real && std::abs(*real) <= most)
      return static_cast<std::int64_t>(*real);
    return std::nullopt;
  }
  const auto* text = x->as_text();
  return text == nullptr ? std::nullopt : integer_of(std::string_view{*text});
}

std::string word_of(const value* x) {
  const auto* text = x == nullptr ? nullptr : x->as_text();
  if (text == nullptr || *text == "null" || *text == "undefined")
    return {};
  return *text;
}

std::string_view part_of(std::string_view path, std::size_t place) {
  for (std::size_t i = 0; !path.empty(); ++i) {
    path.remove_prefix(1); // its slash
    const auto part = path.substr(0, path.find('/'));
    if (i == place)
      return part;
    path.remove_prefix(part.size());
  }
  return {};
}

} // namespace copal::api
