#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace copal {

/// Text from outside as part of a line: without line breaks and the terminal's commands, and cut
/// when longer than so many bytes.
inline std::string one_line(std::string_view text, std::size_t longest = 160) {
  std::string out;
  char before = 0;
  for (const char c : text) {
    const auto code = static_cast<unsigned char>(c);
    // Not within a character.
    if (out.size() >= longest && (code & 0xc0U) != 0x80)
      return out + "...";
    // In UTF-8 the second kind of control characters has two bytes.
    const auto is_late_control = before == '\xc2' && code >= 0x80 && code < 0xa0;
    if (is_late_control)
      out.pop_back();
    if (c == '\n')
      out += "\\n";
    else
      out += code < 0x20 || code == 0x7f || is_late_control ? '?' : c;
    before = c;
  }
  return out;
}

} // namespace copal
