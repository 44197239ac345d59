#pragma once

#include "messages/host.hpp"
#include "messages/result.hpp"

namespace copal::planning {

/// Whether the device may reboot or shut down: not while an update of the host's operating system
/// has still to prove itself, unless it is forced. `conflict`: not now, with the text that clients
/// know. Pure. Source: spec/device-api.md §7.5.
result<void> may_go_down(const host::os_update& host, bool force);

} // namespace copal::planning
