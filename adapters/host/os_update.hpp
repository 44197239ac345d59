#pragma once

#include "messages/host.hpp"
#include "messages/result.hpp"

#include <filesystem>

namespace copal::host {

/// Looks for what an update of the host's operating system leaves on the state partition until it
/// has proved itself. A partition that is not there holds nothing. `unavailable`: it cannot be
/// looked into. Source: spec/device-api.md §7.5.
result<os_update> look_for_os_update(const std::filesystem::path& state_partition);

/// Where only the folder of an older OS is, the one of ours is linked to it, so that old and new
/// containers see the same locks. `lock_root` is as in `host_config`. Nothing is done when either
/// is another than the usual, or when the older one belongs to somebody else.
/// Source: spec/device-api.md §7.1.
void link_older_folder(const std::filesystem::path& lock_root);

} // namespace copal::host
