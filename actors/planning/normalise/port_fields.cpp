// The two forms of a published port.

#include "actors/planning/normalise/fields.hpp"
#include "actors/planning/normalise/ports.hpp"

#include <algorithm>

namespace copal::planning {

namespace {

/// Of one service, before those that stand twice are taken out: as many as there are numbers.
constexpr std::size_t most_ports = 65536;

/// A long form in the words of the short one, so that both mean the same.
std::string short_form(const node& n) {
  check_members(
    n, {"app_protocol", "host_ip", "mode", "name", "protocol", "published", "target"}, "a port");
  const auto part = [&n](std::string_view key) {
    const auto field = n.get(key);
    return field ? field->text() : std::string{};
  };
  // Both words mean the same where no swarm spreads the ports.
  if (const auto mode = part("mode"); !mode.empty() && mode != "host" && mode != "ingress")
    n.get("mode")->refuse("host or ingress");
  auto address = part("host_ip");
  if (address.find(':') != std::string::npos && address.front() != '[')
    address = '[' + address + ']';
  const auto published = part("published");
  auto out = address.empty() ? std::string{} : address + ':';
  if (!published.empty() || !address.empty())
    out += published + ':';
  out += part("target");
  if (const auto protocol = part("protocol"); !protocol.empty())
    out += '/' + protocol;
  return out;
}

} // namespace

std::vector<port_binding> read_ports(const node& n) {
  std::vector<port_binding> out;
  for (const auto& item : n.items()) {
    const bool is_long = item.is(value::kind::map);
    const auto text = is_long ? short_form(item) : item.text();
    const auto ports = parse_ports(text, n.strict() ? lone_port::chosen : lone_port::same);
    if (ports && ports->size() > most_ports - out.size()) {
      item.reject("with these the service publishes more than " + std::to_string(most_ports)
                  + " ports; publish fewer, or use network_mode: host");
      return {};
    }
    if (ports)
      out.insert(out.end(), ports->begin(), ports->end());
    else if (is_long)
      item.refuse("target, and published, host_ip and protocol if need be; " + ports.error().what);
    else
      item.refuse("[hostIp:][host[-end]:]container[-end][/tcp|udp]; " + ports.error().what);
  }
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

} // namespace copal::planning
