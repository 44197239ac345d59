#pragma once

#include "messages/host.hpp"
#include "messages/result.hpp"

#include <filesystem>

// This run of the machine, and whether it is to end.
namespace copal::host {

struct boot_place {
  std::filesystem::path proc = "/proc";
  /// The flag: a reboot is required. Ours names the boot in which it was written, which holds
  /// whatever the machine's clock says; of somebody else's it counts that it is younger than the
  /// boot. Source: spec/state-engine.md §5.1.
  std::filesystem::path flag;
  /// For whom reboots were required: `reboot_note`. In the state folder, as the flag's may be
  /// emptied by each boot.
  std::filesystem::path notes;
};

/// `unavailable`: the system does not tell.
result<boot_facts> look_at_boot(const boot_place& place);

/// Notes the container, with what is not kept of it, and writes the flag; a link at its place is
/// not followed. `unavailable`: one of both cannot be written, and then no flag is.
result<boot_facts> flag_reboot(const boot_place& place, const require_reboot& asked);

} // namespace copal::host
