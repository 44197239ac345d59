#include "adapters/host/addresses.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <fstream>
#include <memory>
#include <system_error>

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>

namespace copal::host {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_hex(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f');
}

/// `name` is the prefix and digits, at least one.
bool is_numbered(std::string_view name, std::string_view prefix) {
  return name.size() > prefix.size() && name.starts_with(prefix)
         && std::all_of(
           name.begin() + static_cast<std::ptrdiff_t>(prefix.size()), name.end(), is_digit);
}

struct free_list {
  void operator()(ifaddrs* list) const noexcept { ::freeifaddrs(list); }
};

interface_address to_address(const ifaddrs& one) {
  interface_address out;
  out.interface = one.ifa_name;
  out.local = (one.ifa_flags & IFF_LOOPBACK) != 0;
  std::array<char, INET6_ADDRSTRLEN> text{};
  const void* bytes = nullptr;
  if (one.ifa_addr->sa_family == AF_INET) {
    bytes = &reinterpret_cast<const sockaddr_in*>(one.ifa_addr)->sin_addr; // the family says so
  } else {
    const auto* six = reinterpret_cast<const sockaddr_in6*>(one.ifa_addr); // likewise
    out.link_local = six->sin6_scope_id != 0;
    bytes = &six->sin6_addr;
  }
  if (::inet_ntop(one.ifa_addr->sa_family, bytes, text.data(), text.size()) != nullptr)
    out.text = text.data();
  return out;
}

result<std::vector<interface_address>> list_addresses() {
  ifaddrs* first = nullptr;
  if (::getifaddrs(&first) != 0)
    return fail(
      errc::unavailable, "listing network addresses: " + std::generic_category().message(errno));
  const std::unique_ptr<ifaddrs, free_list> all{first};
  std::vector<interface_address> out;
  for (const auto* one = all.get(); one != nullptr; one = one->ifa_next) {
    const auto* address = one->ifa_addr;
    if (address != nullptr && (address->sa_family == AF_INET || address->sa_family == AF_INET6))
      out.push_back(to_address(*one));
  }
  return out;
}

std::string first_line(const std::filesystem::path& file) {
  std::ifstream in{file};
  std::string line;
  std::getline(in, line);
  return line;
}

std::string upper(std::string text) {
  for (char& c : text)
    c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return text;
}

void add_once(std::vector<std::string>& to, std::string text) {
  if (!text.empty() && std::find(to.begin(), to.end(), text) == to.end())
    to.push_back(std::move(text));
}

} // namespace

bool is_inner_interface(std::string_view name) {
  constexpr std::string_view names[] = {
    "lo", "resin-vpn", "resin-dns", "supervisor0", "balena-redsocks", "resin-redsocks"};
  constexpr std::string_view numbered[] = {"balena", "docker", "rce", "tun"};
  if (std::find(std::begin(names), std::end(names), name) != std::end(names))
    return true;
  if (name.size() == 15 && name.starts_with("br-"))
    return std::all_of(name.begin() + 3, name.end(), is_hex);
  return std::any_of(std::begin(numbered), std::end(numbered), [name](std::string_view prefix) {
    return is_numbered(name, prefix);
  });
}

std::vector<std::string> outer_addresses(const std::vector<interface_address>& all) {
  std::vector<std::string> out;
  for (const auto& one : all) {
    if (!one.local && !one.link_local && !is_inner_interface(one.interface))
      add_once(out, one.text);
  }
  return out;
}

std::vector<std::string> hardware_addresses(const std::filesystem::path& root) {
  std::error_code ec;
  std::vector<std::filesystem::path> cards;
  for (std::filesystem::directory_iterator it{root, ec}, end; !ec && it != end; it.increment(ec))
    cards.push_back(it->path());
  std::sort(cards.begin(), cards.end());
  std::vector<std::string> out;
  for (const auto& card : cards) {
    // Type 1 is Ethernet; one with a master is a part of a bridge or a bond.
    if (!is_inner_interface(card.filename().string()) && first_line(card / "type") == "1"
        && !std::filesystem::exists(card / "master", ec))
      add_once(out, upper(first_line(card / "address")));
  }
  return out;
}

result<addresses> look_for_addresses(const std::filesystem::path& root) {
  const auto all = list_addresses();
  if (!all)
    return fail(all.error());
  return addresses{outer_addresses(*all), hardware_addresses(root)};
}

} // namespace copal::host
