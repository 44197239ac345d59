#pragma once

#include "actors/planning/compare/compare.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

/// Values of a comparison as text for people: two that differ never read the same.
namespace copal::planning {

/// The two sides as they are told: long ones are cut to where they begin to differ, at most about
/// 120 bytes each, never within a character.
field_difference told_apart(std::string field, std::string current, std::string target);

// In full; `told_apart` cuts them.
std::string shown(bool x);
std::string shown(std::int64_t x);
std::string shown(const std::string& x);
std::string shown(std::chrono::seconds x);
std::string shown(const restart_policy& x);
std::string shown(const health_check& x);
std::string shown(const endpoint& x);
std::string shown(const std::vector<std::string>& x);
std::string shown(const std::set<std::string>& x);
std::string shown(const std::map<std::string, std::string>& x);
std::string shown(const std::vector<mount>& x);
std::string shown(const std::vector<port_binding>& x);
std::string shown(const std::vector<device_mapping>& x);
std::string shown(const std::vector<device_request>& x);
std::string shown(const std::vector<ulimit>& x);
std::string shown(const std::vector<address_pool>& x);

} // namespace copal::planning
