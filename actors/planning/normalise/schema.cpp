#include "actors/planning/normalise/schema.hpp"

#include <algorithm>

namespace copal::planning {

namespace {

constexpr std::size_t longest_text = 255;

/// Characters, not bytes, of UTF-8.
std::size_t length(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U;
  }));
}

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

} // namespace

std::optional<node> required(const node& n, std::string_view key) {
  auto found = n.get(key);
  if (!found && n.is(value::kind::map))
    n.reject("the member " + std::string{key} + " is missing");
  else if (!found)
    n.refuse("a map with the member " + std::string{key});
  return found;
}

std::optional<node> present(const node& n, std::string_view key) {
  auto found = n.find(key);
  if (found && found->is_null()) {
    found->refuse("a value, or no such member");
    return std::nullopt;
  }
  return found;
}

std::string strict_text(const node& n) {
  if (const auto* text = n.raw().as_text())
    return *text;
  n.refuse("text");
  return {};
}

std::string short_text(const node& n) {
  auto text = strict_text(n);
  if (length(text) > longest_text)
    n.refuse("at most 255 characters");
  return text;
}

std::int64_t number_of(const node& n, std::string_view key) {
  const auto field = required(n, key);
  if (!field)
    return 0;
  const auto& raw = field->raw();
  // JSON writers may spell a whole number as 1.0 or 1e3.
  constexpr double most = 9e15;
  if (const auto* real = raw.as_real(); real != nullptr && *real >= 0 && *real < most) {
    const auto whole = static_cast<std::int64_t>(*real);
    if (static_cast<double>(whole) == *real)
      return whole;
  }
  const auto* text = raw.as_text();
  const bool digits =
    text != nullptr && !text->empty() && std::all_of(text->begin(), text->end(), is_digit);
  if (digits || (raw.as_integer() != nullptr && *raw.as_integer() >= 0))
    return field->integer();
  field->refuse("a whole number from 0");
  return 0;
}

bool is_variable_name(std::string_view name, colons rule) {
  return !name.empty() && name.size() <= longest_text && is_letter(name[0])
         && std::all_of(name.begin() + 1, name.end(), [rule](char c) {
              return is_letter(c) || is_digit(c) || (rule == colons::allowed && c == ':');
            });
}

bool is_label_name(std::string_view name) {
  return !name.empty() && name.size() <= longest_text
         && std::all_of(name.begin(), name.end(), [](char c) {
              return c > ' ' && c <= '~' && c != '"' && c != '\'' && c != '`';
            });
}

} // namespace copal::planning
