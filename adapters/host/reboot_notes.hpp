#pragma once

#include "messages/model/ids.hpp"
#include "messages/result.hpp"

#include <cstddef>
#include <filesystem>
#include <map>
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

/// What the engine was known not to keep: found out anew after each boot, it would ask for the
/// next.
struct unkept_note {
  std::string digest; ///< Of the differences.
  std::string subject;

  bool operator==(const unkept_note&) const = default;
};

struct reboot_notes {
  std::vector<reboot_note> notes;  ///< Oldest first.
  std::vector<unkept_note> unkept; ///< Likewise; each subject once.
};

/// Of each kind; the oldest go first where there are more.
inline constexpr std::size_t most_reboot_notes = 256;

/// None where there is no file, and without the lines that are none of ours.
reboot_notes read_reboot_notes(const std::filesystem::path& path);

/// Adds one that is not there yet, and by subject the digests of what is not kept; after a crash
/// there is the file before or this one. `unavailable`: it cannot be written.
result<void> add_reboot_note(const std::filesystem::path& path,
  const reboot_note& one,
  const std::map<std::string, std::string>& unkept = {});

} // namespace copal::host
