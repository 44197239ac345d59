#pragma once

#include "adapters/host/config_file.hpp"
#include "messages/model/target.hpp"
#include "messages/result.hpp"

#include <cstdint>
#include <functional>
#include <string>

namespace copal {

/// What this version of Copal uses of config.json. Source: spec/host.md §1.1.
struct device_config {
  device_uuid uuid;
  std::string api_endpoint; ///< Empty: no cloud.
  secret device_api_key;
  std::uint16_t listen_port = 48484;
};

/// The configuration that a config.json holds; `uuid` may be missing. `invalid_input` names the
/// key, the value and what was expected.
result<device_config> read_device_config(const value& doc);

/// Reads config.json. A device without a uuid gets one from `new_uuid`, which is written there;
/// whatever else the file holds is kept. A file that is missing is made when `may_make` says so.
/// What a power cut broke off is ended first, and told to `warn`.
/// Errors: `not_found`, `invalid_input` (the file is left as it is), `exhausted` (too large),
/// `unavailable` (cannot be read or written).
result<device_config> open_device_config(const host::config_place& place,
  bool may_make,
  const std::function<std::string()>& new_uuid,
  const std::function<void(const std::string&)>& warn);

/// 32 hex digits: a version 4 UUID without dashes.
std::string random_uuid();

} // namespace copal
