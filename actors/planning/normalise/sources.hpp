#pragma once

#include "messages/model/target.hpp"

namespace copal::planning {

/// The target in local mode: name, configuration and fleet apps of the local source, and of the
/// cloud's what is not of class fleet, so that local mode uninstalls no app of the host or the
/// supervisor. An app of that number or uuid in the local source comes first. The cloud's volumes
/// stay, also of its fleet apps. Source: spec/state-engine.md §1 and §7.5.
device_target in_local_mode(device_target local, const device_target& cloud);

} // namespace copal::planning
