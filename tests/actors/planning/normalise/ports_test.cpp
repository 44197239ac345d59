#include "actors/planning/normalise/ports.hpp"

#include "tests/actors/planning/documents.hpp"

#include <string>

#include <doctest/doctest.h>

namespace copal::planning {
namespace {

std::string shown(const result<std::vector<port_binding>>& ports) {
  if (!ports)
    return "refused: " + ports.error().what;
  std::string out;
  for (const auto& p : *ports) {
    out += out.empty() ? "" : " ";
    out += p.host_ip + '|' + std::to_string(p.host_port) + ':' + std::to_string(p.container_port)
           + '/' + to_string(p.protocol);
  }
  return out;
}

const std::string bad_container =
  "refused: the container port is not a number or range within 1 to 65535";
const std::string bad_host = "refused: the host port is not a number or range within 0 to 65535";

TEST_SUITE("planning") {
  TEST_CASE("ports: one binding per port, host on the left") {
    const struct {
      std::string name;
      std::string text, ports;
    } rows[] = {
      {"a lone port is the host's too", "80", "|80:80/tcp"},
      {"a lone range", "80-82", "|80:80/tcp |81:81/tcp |82:82/tcp"},
      {"host and container", "8080:80", "|8080:80/tcp"},
      {"two ranges", "1000-1001:2000-2001", "|1000:2000/tcp |1001:2001/tcp"},
      {"a protocol", "6000/udp", "|6000:6000/udp"},
      {"a host address", "127.0.0.1:8081:81/udp", "127.0.0.1|8081:81/udp"},
      {"an address without a port", "127.0.0.1::81", "127.0.0.1|81:81/tcp"},
      {"an IPv6 address in brackets", "[::1]:8081:81", "::1|8081:81/tcp"},
      {"the engine chooses the host port", "0:80", "|0:80/tcp"},
      {"ranges of different size", "80-90:80-85", "refused: the two ranges differ in size"},
      {"a range backwards", "90-80", bad_container},
      {"no number", "http", bad_container},
      {"no container port", "80:", bad_container},
      {"container port 0", "80:0", bad_container},
      {"beyond the last port", "65536", bad_container},
      {"a negative port", "-1:80", bad_host},
      {"host port no number", "x:80", bad_host},
      {"no host port", ":80", "refused: there is nothing before the first colon"},
      {"unknown protocol", "80/icmp", "refused: the protocol is neither tcp nor udp nor sctp"},
      {"nothing", "", bad_container},
      {"a path for an address",
        "a/b:80:80",
        "refused: the protocol is neither tcp nor udp nor sctp"},
    };
    for (const auto& row : rows) {
      CAPTURE(row.name);
      CHECK(shown(parse_ports(row.text, lone_port::same)) == row.ports);
    }
  }

  TEST_CASE("ports: where a compose file gives no host port, the engine chooses one") {
    CHECK(shown(parse_ports("80-81", lone_port::chosen)) == "|0:80/tcp |0:81/tcp");
    CHECK(shown(parse_ports("127.0.0.1::80", lone_port::chosen)) == "127.0.0.1|0:80/tcp");
    CHECK(shown(parse_ports("8080:80", lone_port::chosen)) == "|8080:80/tcp");
  }

  TEST_CASE("ports: a service publishes 65536 at most, in both dialects") {
    const auto all = std::string{"127.0.0.1:1-65535:1-65535"};
    const auto ports = [](value::list_type items) {
      return value::map({{"ports", value{std::move(items)}}});
    };
    const auto told = [](const std::string& place, const std::string& item) {
      return "refused: " + place + item
             + ": with these the service publishes more than 65536 ports; publish fewer, or use "
               "network_mode: host";
    };
    const auto one_more = ports({all, "80/udp"});
    CHECK(documents::container_of(documents::cloud(one_more)).ports.size() == 65536);
    const auto too_many = ports({all, "80-81/udp"});
    CHECK(documents::effect_in_cloud(too_many)
          == told("cloud: app shop, service web: composition.", "ports[1]"));
    CHECK(
      documents::effect_in_compose(too_many) == told("compose.yaml: service web: ", "ports[1]"));
    // Also those that stand twice, before there are twenty millions of them.
    CHECK(documents::effect_in_compose(ports(value::list_type(300, value{all})))
          == told("compose.yaml: service web: ", "ports[1]"));
  }
}

} // namespace
} // namespace copal::planning
