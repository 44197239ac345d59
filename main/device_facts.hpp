#pragma once

#include "main/config_json.hpp"
#include "main/places.hpp"
#include "messages/model/target.hpp"

#include <map>
#include <string>
#include <string_view>

namespace copal {

/// The variables of an os-release file; one pair of quotes around a value is removed.
/// Source: spec/host.md §7.
std::map<std::string, std::string> read_os_release(std::string_view text);

/// The cloud's name of a processor architecture, from the kernel's (`uname -m`).
std::string architecture_of(std::string_view machine);

/// What is true of this device. Files that are missing leave their facts at what is usual; one that
/// cannot be understood is told to `warn`.
device_facts find_device_facts(const places& where,
  const device_config& config,
  const std::function<void(const std::string&)>& warn);

} // namespace copal
