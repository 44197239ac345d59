#include "messages/model/base64.hpp"

#include <cstdint>

namespace copal {

namespace {

constexpr std::string_view plain =
  "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view for_urls =
  "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::uint32_t one_digit = 0x3f;
constexpr std::uint32_t one_byte = 0xff;

std::string encode(std::string_view bytes, std::string_view alphabet) {
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

std::optional<std::uint32_t> digit_of(char c) {
  auto at = plain.find(c);
  if (at == std::string_view::npos)
    at = for_urls.find(c);
  return at == std::string_view::npos ? std::nullopt
                                      : std::optional{static_cast<std::uint32_t>(at)};
}

} // namespace

std::string to_base64(std::string_view bytes) {
  return encode(bytes, plain);
}

std::string to_base64url(std::string_view bytes) {
  return encode(bytes, for_urls);
}

std::optional<std::string> from_base64(std::string_view text) {
  const auto last = text.find_last_not_of('=');
  const auto digits = text.substr(0, last == std::string_view::npos ? 0 : last + 1);
  const auto is_padded = digits.size() < text.size();
  if (digits.size() % 4 == 1
      || (is_padded && text.size() - digits.size() != (4 - digits.size() % 4) % 4))
    return std::nullopt;
  std::string out;
  out.reserve(digits.size() / 4 * 3 + 2);
  std::uint32_t bits = 0;
  unsigned filled = 0;
  for (const auto c : digits) {
    const auto digit = digit_of(c);
    if (!digit)
      return std::nullopt;
    bits = (bits << 6U) | *digit;
    filled += 6;
    if (filled >= 8) {
      filled -= 8;
      out += static_cast<char>((bits >> filled) & one_byte);
    }
  }
  // Bits that belong to no byte are what is left of one that is missing.
  if ((bits & ((1U << filled) - 1U)) != 0)
    return std::nullopt;
  return out;
}

} // namespace copal
