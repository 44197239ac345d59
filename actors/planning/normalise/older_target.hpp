#pragma once

#include "messages/model/target.hpp"
#include "messages/result.hpp"

namespace copal::planning {

/// A target of version 2 in the form of version 3, for the device of that uuid: `{"local": {...}}`,
/// or what an image of that time was preloaded with, which is the inner part alone. An app has its
/// number for its uuid, since nobody is asked for the real one, is of class fleet, and without a
/// commit has no releases; of a service what version 2 does not know itself is its composition.
/// What is wrong in a way that version 3 could be, too, is carried over for its reader to tell.
/// Errors: `invalid_input`, with the line. Source: spec/cloud-protocol.md §4.2.
result<value> upgraded_target(const value& doc, const device_uuid& device);

} // namespace copal::planning
