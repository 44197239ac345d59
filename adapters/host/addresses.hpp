#pragma once

#include "messages/host.hpp"
#include "messages/result.hpp"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace copal::host {

/// One address of an interface, as the system lists it.
struct interface_address {
  std::string interface;
  std::string text;        ///< `192.168.1.2`, `2001:db8::1`.
  bool local = false;      ///< Loopback.
  bool link_local = false; ///< IPv6 with a scope of its own.
};

/// Whether an interface is one that nobody outside reaches: the engine's, the VPN's, our own.
/// Source: spec/host.md §16.
bool is_inner_interface(std::string_view name);

/// Of all addresses those under which the device can be reached.
std::vector<std::string> outer_addresses(const std::vector<interface_address>& all);

/// The hardware addresses of real network cards; `root` is `/sys/class/net`.
std::vector<std::string> hardware_addresses(const std::filesystem::path& root);

/// Asks the system. A missing `root` has no hardware addresses.
result<addresses> look_for_addresses(const std::filesystem::path& root);

} // namespace copal::host
