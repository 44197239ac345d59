#include "actors/planning/ports.hpp"

#include <charconv>
#include <optional>
#include <string>

namespace copal::planning {

namespace {

struct range {
  std::uint16_t first = 0;
  std::uint16_t last = 0;

  [[nodiscard]] int size() const { return last - first + 1; }
};

std::optional<std::uint16_t> port_number(std::string_view text) {
  std::uint16_t number = 0;
  const auto end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, number);
  if (read.ec != std::errc{} || read.ptr != end)
    return std::nullopt;
  return number;
}

std::optional<range> port_range(std::string_view text) {
  const auto dash = text.find('-');
  const auto first = port_number(text.substr(0, dash));
  const auto last = dash == std::string_view::npos ? first : port_number(text.substr(dash + 1));
  if (!first || !last || *first > *last)
    return std::nullopt;
  return range{*first, *last};
}

std::optional<transport> protocol_of(std::string_view text) {
  for (const auto p : {transport::tcp, transport::udp, transport::sctp}) {
    if (text == to_string(p))
      return p;
  }
  return std::nullopt;
}

/// Cuts the part behind the last colon outside brackets off, or takes all.
std::string_view cut_last(std::string_view& text) {
  const auto colon = text.rfind(':');
  const auto bracket = text.rfind(']');
  if (colon == std::string_view::npos || (bracket != std::string_view::npos && colon < bracket)) {
    const auto all = text;
    text = {};
    return all;
  }
  const auto part = text.substr(colon + 1);
  text = text.substr(0, colon);
  return part;
}

std::string without_brackets(std::string_view text) {
  if (text.size() > 2 && text.front() == '[' && text.back() == ']')
    text = text.substr(1, text.size() - 2);
  return std::string{text};
}

} // namespace

result<std::vector<port_binding>> parse_ports(std::string_view text, lone_port alone) {
  auto bad = [](std::string why) { return fail(errc::invalid_input, std::move(why)); };
  port_binding pattern;
  if (const auto slash = text.find('/'); slash != std::string_view::npos) {
    const auto protocol = protocol_of(text.substr(slash + 1));
    if (!protocol)
      return bad("the protocol is neither tcp nor udp nor sctp");
    pattern.protocol = *protocol;
    text = text.substr(0, slash);
  }
  if (!text.empty() && text.front() == ':')
    return bad("there is nothing before the first colon");
  const auto inside = port_range(cut_last(text));
  if (!inside || inside->first == 0)
    return bad("the container port is not a number or range within 1 to 65535");
  std::optional<range> outside = inside;
  bool lone = text.empty();
  if (!lone) {
    const auto host = cut_last(text);
    pattern.host_ip = without_brackets(text);
    // "127.0.0.1::80": an address, and a port that is not given.
    lone = host.empty() && !pattern.host_ip.empty();
    if (!lone)
      outside = port_range(host);
    if (!outside)
      return bad("the host port is not a number or range within 0 to 65535");
    if (outside->size() != inside->size())
      return bad("the two ranges differ in size");
    if (pattern.host_ip.find_first_of("/ ") != std::string::npos)
      return bad("the host address is malformed");
  }
  std::vector<port_binding> out;
  for (int i = 0; i < inside->size(); ++i) {
    pattern.container_port = static_cast<std::uint16_t>(inside->first + i);
    pattern.host_port = lone && alone == lone_port::chosen
                          ? std::uint16_t{0}
                          : static_cast<std::uint16_t>(outside->first + i);
    out.push_back(pattern);
  }
  return out;
}

} // namespace copal::planning
