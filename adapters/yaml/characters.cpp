#include "adapters/yaml/characters.hpp"

#include <cstddef>
#include <cstdint>
#include <string>

namespace copal::yaml {
namespace {

/// How many bytes the first character takes; 0 when it is not UTF-8.
std::size_t length_of_first(std::string_view text) {
  const auto at = [text](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const auto first = at(0);
  if (first < 0x80)
    return 1;
  const std::size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || text.size() < length)
    return 0;
  std::uint32_t code = first & (0xffU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    if ((at(i) & 0xc0U) != 0x80)
      return 0;
    code = (code << 6U) | (at(i) & 0x3fU);
  }
  const bool overlong = (length == 3 && code < 0x800) || (length == 4 && code < 0x10000);
  const bool surrogate = code >= 0xd800 && code <= 0xdfff;
  return overlong || surrogate || code > 0x10ffff ? 0 : length;
}

bool is_control(char c) {
  const auto byte = static_cast<std::uint8_t>(c);
  return (byte < 0x20 && c != '\t' && c != '\n' && c != '\r') || byte == 0x7f;
}

} // namespace

result<void> check_characters(std::string_view text) {
  int line = 1;
  int column = 1;
  const auto refuse = [&](const char* what) {
    return fail(
      errc::invalid_input, std::to_string(line) + ':' + std::to_string(column) + ": " + what);
  };
  while (!text.empty()) {
    if (is_control(text[0]))
      return refuse("a control character");
    const auto length = length_of_first(text);
    if (length == 0)
      return refuse("not UTF-8");
    ++column;
    if (text[0] == '\n') {
      ++line;
      column = 1;
    }
    text.remove_prefix(length);
  }
  return {};
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const auto length = length_of_first(text);
    if (length == 0)
      return false;
    text.remove_prefix(length);
  }
  return true;
}

} // namespace copal::yaml
