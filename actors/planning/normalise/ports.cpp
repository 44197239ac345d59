#include "actors/planning/normalise/ports.hpp"

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

struct host_side {
  std::string address;
  std::optional<range> ports; ///< Absent: not given.
};

/// Reads `[hostIp:][host[-end]]`, for as many ports as the container has.
result<host_side> read_host_side(std::string_view text, int size) {
  auto bad = [](std::string why) { return fail(errc::invalid_input, std::move(why)); };
  host_side out;
  const auto ports = cut_last(text);
  out.address = without_brackets(text);
  if (out.address.find_first_of("/ ") != std::string::npos)
    return bad("the host address is malformed");
  // "127.0.0.1::80": an address, and a port that is not given.
  if (ports.empty())
    return out;
  out.ports = port_range(ports);
  if (!out.ports)
    return bad("the host port is not a number or range within 0 to 65535");
  if (out.ports->size() != size)
    return bad("the two ranges differ in size");
  return out;
}

/// One binding per port of the container.
std::vector<port_binding> bindings(
  const range& inside, const host_side& outside, transport protocol, lone_port alone) {
  std::vector<port_binding> out;
  for (int i = 0; i < inside.size(); ++i) {
    const bool chosen = !outside.ports && alone == lone_port::chosen;
    const int first = outside.ports ? outside.ports->first : inside.first;
    out.push_back({outside.address,
      chosen ? std::uint16_t{0} : static_cast<std::uint16_t>(first + i),
      static_cast<std::uint16_t>(inside.first + i),
      protocol});
  }
  return out;
}

} // namespace

result<std::vector<port_binding>> parse_ports(std::string_view text, lone_port alone) {
  auto bad = [](std::string why) { return fail(errc::invalid_input, std::move(why)); };
  const auto slash = text.find('/');
  const auto protocol = slash == std::string_view::npos ? std::optional{transport::tcp}
                                                        : protocol_of(text.substr(slash + 1));
  if (!protocol)
    return bad("the protocol is neither tcp nor udp nor sctp");
  text = text.substr(0, slash);
  if (!text.empty() && text.front() == ':')
    return bad("there is nothing before the first colon");
  const auto inside = port_range(cut_last(text));
  if (!inside || inside->first == 0)
    return bad("the container port is not a number or range within 1 to 65535");
  return read_host_side(text, inside->size()).transform([&](const host_side& outside) {
    return bindings(*inside, outside, *protocol, alone);
  });
}

} // namespace copal::planning
