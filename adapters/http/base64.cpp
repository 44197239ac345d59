#include "adapters/http/base64.hpp"

#include <cstdint>

namespace copal::http {

namespace {

/// The six bits of a letter; above 63 for one that is none.
std::uint32_t bits_of(char c) {
  if (c >= 'A' && c <= 'Z')
    return static_cast<std::uint32_t>(c - 'A');
  if (c >= 'a' && c <= 'z')
    return static_cast<std::uint32_t>(c - 'a') + 26;
  if (c >= '0' && c <= '9')
    return static_cast<std::uint32_t>(c - '0') + 52;
  if (c == '+' || c == '-')
    return 62;
  return c == '/' || c == '_' ? 63 : 64;
}

} // namespace

std::string base64url(std::string_view bytes) {
  constexpr std::string_view alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string out;
  std::uint32_t bits = 0;
  unsigned filled = 0;
  for (const char c : bytes) {
    bits = (bits << 8U) | static_cast<unsigned char>(c);
    for (filled += 8; filled >= 6; filled -= 6)
      out += alphabet[(bits >> (filled - 6)) & 0x3FU];
  }
  if (filled > 0)
    out += alphabet[(bits << (6 - filled)) & 0x3FU];
  while (out.size() % 4 != 0)
    out += '=';
  return out;
}

result<std::string> from_base64(std::string_view text) {
  while (!text.empty() && text.back() == '=')
    text.remove_suffix(1);
  std::string out;
  std::uint32_t bits = 0;
  unsigned filled = 0;
  for (const char c : text) {
    const auto six = bits_of(c);
    if (six > 63)
      return fail(errc::invalid_input, "it is not base64: another letter is in it");
    bits = (bits << 6U) | six;
    filled += 6;
    if (filled >= 8) {
      filled -= 8;
      out += static_cast<char>((bits >> filled) & 0xFFU);
    }
  }
  if (filled == 6 || (bits & ((1U << filled) - 1U)) != 0)
    return fail(errc::invalid_input, "it is not base64: its end is missing");
  return out;
}

} // namespace copal::http
