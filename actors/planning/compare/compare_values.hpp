#pragma once

#include "messages/model/container.hpp"
#include "messages/model/network.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

/// Single values of a comparison: in one order, in one spelling.
namespace copal::planning {

/// The twelve digits an engine gives a container as hostname and alias.
std::string short_id(const container_id& id);

/// True when a joined network has all that is wanted of it.
bool satisfies(const endpoint& there, const endpoint& wanted);

/// `net_admin`, `CAP_NET_ADMIN` as `NET_ADMIN`.
std::string canonical_capability(std::string_view text);

/// A bind without the options that say nothing: `rw`, `rprivate`, `rbind`; the others sorted.
std::string canonical_bind(std::string_view text);

template <class T>
std::vector<T> sorted(std::vector<T> items) {
  std::sort(items.begin(), items.end());
  return items;
}

std::vector<std::string> sorted(
  const std::vector<std::string>& items, std::string (*canonical)(std::string_view));

} // namespace copal::planning
