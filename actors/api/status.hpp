#pragma once

#include "actors/api/access.hpp"
#include "messages/host.hpp"
#include "messages/update.hpp"

#include <string>

/// What the device tells of itself. Pure. Source: spec/device-api.md §4 and §5,
/// spec/cloud-protocol.md §6.
namespace copal::api {

/// A step is under way, or waits for something that comes by itself. Waiting for a user's lock, for
/// the end of a pause or for the engine counts too: the device is not at its target.
bool is_applying(const progress& now);

/// `Running`, `Installing`, `exited` ...: the engine's state, or what is being done to it.
std::string status_of(const progress& now, const supervised_container& c);

/// When something was made: `2020-01-31T23:59:59.123Z`.
std::string iso_time(wall_time t);

/// The fields of `GET /v2/state/status` beside the request's own status. One app is told of: the
/// one with the lowest number among those in scope that have a container, else an image.
value::map_type state_status(const progress& now, const scope& of);

/// What is told of the device itself, beside its update.
struct device_words {
  std::string supervisor_version;
  std::string os_version;
  std::uint16_t api_port = 0;
};

/// The body of `GET /v1/device`. What is not known is left out. `now` may be null.
value device_state(const progress* now, const host::addresses& addresses, const device_words& own);

} // namespace copal::api
