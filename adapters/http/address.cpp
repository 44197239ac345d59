#include "adapters/http/address.hpp"

#include <charconv>

namespace copal::http {

namespace {

constexpr std::size_t longest_socket_path = 107; // sockaddr_un

/// `host:port` or `[v6]:port`.
result<address> parse_tcp(std::string_view text, const std::string& whole) {
  const auto bad = [&whole](const char* why) {
    return fail(errc::invalid_input, "address '" + whole + "': " + why);
  };
  if (text.ends_with('/'))
    text.remove_suffix(1);
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos || colon == 0)
    return bad("expected host:port");
  address out;
  const auto port = text.substr(colon + 1);
  const auto* end = port.data() + port.size();
  const auto [stop, ec] = std::from_chars(port.data(), end, out.port);
  if (ec != std::errc{} || stop != end || out.port == 0)
    return bad("the port is not a number from 1 to 65535");
  auto host = text.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']'))
    host = host.substr(1, host.size() - 2);
  out.host = host;
  if (out.host.empty() || out.host.find_first_of("/[] ") != std::string::npos)
    return bad("the host is malformed");
  return out;
}

} // namespace

result<address> address::parse(std::string_view text) {
  const std::string whole{text};
  for (const std::string_view scheme : {"tcp://", "http://"}) {
    if (text.starts_with(scheme))
      return parse_tcp(text.substr(scheme.size()), whole);
  }
  constexpr std::string_view unix_scheme = "unix://";
  if (text.starts_with(unix_scheme))
    text.remove_prefix(unix_scheme.size());
  if (!text.starts_with('/'))
    return fail(errc::invalid_input,
      "address '" + whole + "': expected unix:///path, /path or tcp://host:port");
  if (text.size() > longest_socket_path)
    return fail(errc::invalid_input,
      "address '" + whole + "': a socket's path has at most " + std::to_string(longest_socket_path)
        + " bytes");
  return address{std::string{text}, {}, 0};
}

std::string to_string(const address& x) {
  if (!x.path.empty())
    return "unix://" + x.path;
  const bool v6 = x.host.find(':') != std::string::npos;
  return "tcp://" + (v6 ? '[' + x.host + ']' : x.host) + ':' + std::to_string(x.port);
}

} // namespace copal::http
