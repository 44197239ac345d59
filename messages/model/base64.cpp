#include "messages/model/base64.hpp"

#include <cstdint>

namespace copal {

namespace {

constexpr std::string_view alphabet =
  "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::uint32_t one_digit = 0x3f;
constexpr std::uint32_t one_byte = 0xff;

} // namespace

std::string to_base64(std::string_view bytes) {
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    const auto piece = bytes.substr(at, 3);
    std::uint32_t group = 0;
    for (std::size_t i = 0; i < 3; ++i)
      group = (group << 8U) | (i < piece.size() ? static_cast<unsigned char>(piece[i]) : 0U);
    for (std::size_t i = 0; i < 4; ++i)
      out += i <= piece.size() ? alphabet[(group >> (18U - 6U * i)) & one_digit] : '=';
  }
  return out;
}

std::optional<std::string> from_base64(std::string_view text) {
  if (text.size() % 4 != 0)
    return std::nullopt;
  std::string out;
  out.reserve(text.size() / 4 * 3);
  for (std::size_t at = 0; at < text.size(); at += 4) {
    const bool is_last = at + 4 == text.size();
    std::uint32_t group = 0;
    std::size_t digits = 4;
    for (std::size_t i = 0; i < 4; ++i) {
      const auto c = text[at + i];
      const auto digit = alphabet.find(c);
      const bool pads = c == '=' && is_last && (i == 3 || (i == 2 && text[at + 3] == '='));
      if (pads && digits == 4)
        digits = i;
      if (!pads && (digit == std::string_view::npos || digits < 4))
        return std::nullopt;
      group = (group << 6U) | (pads ? 0U : static_cast<std::uint32_t>(digit));
    }
    for (std::size_t i = 0; i + 1 < digits; ++i)
      out += static_cast<char>((group >> (16U - 8U * i)) & one_byte);
  }
  return out;
}

} // namespace copal
