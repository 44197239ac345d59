#include "adapters/logind/bus_address.hpp"

#include <string_view>

namespace copal::logind {

namespace {

constexpr auto usual = "unix:path=/run/dbus/system_bus_socket";

/// A path as the value of an address.
std::string escaped(std::string_view path) {
  constexpr std::string_view plain =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_/.*\\";
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out;
  for (const char c : path) {
    if (plain.find(c) != std::string_view::npos) {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += '%';
    out += digits[byte >> 4U];
    out += digits[byte & 0x0FU];
  }
  return out;
}

} // namespace

std::string bus_address(const std::string& named, const char* variable) {
  const std::string said = named.empty() && variable != nullptr ? variable : named;
  if (said.starts_with('/'))
    return "unix:path=" + escaped(said);
  return said.empty() ? usual : said;
}

} // namespace copal::logind
