#pragma once

#include "messages/model/ids.hpp"
#include "messages/result.hpp"

#include <filesystem>
#include <set>
#include <string>
#include <vector>

// For whom a reboot was required, and in which run of the machine. It outlives the machine's runs,
// and no clock is asked.
namespace copal::host {

struct reboot_note {
  std::string boot; ///< Its id.
  container_id container;

  bool operator==(const reboot_note&) const = default;
};

/// The oldest go first where there are more.
inline constexpr std::size_t most_reboot_notes = 256;

/// Oldest first; none where there is no file, and without the lines that are none of ours.
std::vector<reboot_note> read_reboot_notes(const std::filesystem::path& path);

/// Adds one that is not there yet; after a crash there is the file before or this one.
/// `unavailable`: it cannot be written.
result<void> add_reboot_note(const std::filesystem::path& path, const reboot_note& one);

} // namespace copal::host
