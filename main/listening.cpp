#include "main/listening.hpp"

#include <charconv>
#include <string_view>

namespace copal {

namespace {

/// Of the network `supervisor0`. Source: spec/state-engine.md §1.
constexpr const char* supervisor_gateway = "10.114.104.1";

error unreadable(const std::string& text) {
  return {errc::invalid_input,
    "--listen " + text
      + ": expected an address in numbers, with or without a port, such as "
        "127.0.0.1:48484, [::1]:48484 or :48484"};
}

/// A port as text; nothing when it is none.
bool read_port(std::string_view text, std::uint16_t& out) {
  const auto* end = text.data() + text.size();
  const auto [at, ec] = std::from_chars(text.data(), end, out);
  return ec == std::errc{} && at == end;
}

/// IPv6 may be switched off on this machine.
void add_everywhere(std::vector<listen_address>& to, std::uint16_t port) {
  to.push_back({"0.0.0.0", port});
  to.push_back({"::", port, true});
}

result<void> add(std::vector<listen_address>& to, const std::string& text, std::uint16_t port) {
  std::string_view host = text;
  std::string_view after;
  if (host.starts_with('[')) {
    const auto end = host.find(']');
    if (end == std::string_view::npos)
      return fail(unreadable(text));
    after = host.substr(end + 1);
    host = host.substr(1, end - 1);
  } else if (const auto colon = host.find(':');
             colon == host.rfind(':')) { // Two are an IPv6 address.
    after = colon == std::string_view::npos ? std::string_view{} : host.substr(colon);
    host = host.substr(0, colon);
  }
  if (!after.empty() && (after[0] != ':' || !read_port(after.substr(1), port)))
    return fail(unreadable(text));
  if (host.find_first_not_of("0123456789abcdefABCDEF.:") != std::string_view::npos
      || (host.empty() && after.empty()))
    return fail(unreadable(text));
  if (host.empty())
    add_everywhere(to, port);
  else
    to.push_back({std::string{host}, port});
  return {};
}

} // namespace

result<std::vector<listen_address>> listen_addresses(
  const std::vector<std::string>& asked, bool has_cloud, std::uint16_t port) {
  std::vector<listen_address> out;
  for (const auto& text : asked) {
    if (auto added = add(out, text, port); !added)
      return fail(std::move(added.error()));
  }
  if (!asked.empty())
    return out;
  if (has_cloud) {
    add_everywhere(out, port);
  } else {
    out.push_back({"127.0.0.1", port});
    out.push_back({"::1", port, true});
    out.push_back({supervisor_gateway, port, true});
  }
  return out;
}

} // namespace copal
