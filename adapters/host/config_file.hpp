#pragma once

#include "messages/model/value.hpp"
#include "messages/result.hpp"

#include <cstddef>
#include <filesystem>
#include <functional>

// config.json, which the OS reads as well. All that is written there is written through here.
// Source: spec/host.md §1.
namespace copal::host {

struct config_place {
  std::filesystem::path file; ///< config.json, as this process sees it.
  /// What the file is about to hold, whole, for as long as it is being replaced. It is on another
  /// file system where the file is on FAT, which may lose both the old one and the new one to a
  /// power cut. Empty: none is kept.
  std::filesystem::path copy{};
};

/// A larger one is refused.
inline constexpr std::size_t largest_config_file = 1024UL * 1024;

/// Errors begin with the path: `not_found`, `unavailable` (cannot be read), `exhausted` (too
/// large), `invalid_input` (not JSON, or no object; with line and column, and none of its text).
result<value> read_config_file(const std::filesystem::path& path);

/// Reads the file, lets `change` change it and puts the result in its place, so that after a power
/// cut there is the old one or the new one, whole: at once, or after `mend_config_file`. What
/// `change` leaves is kept, in its order; mode and owner are, too. A change that changes nothing is
/// not written; one that fails leaves the file as it is. Where the path is a link, the file that it
/// leads to is replaced. Errors: those of reading, those of `change` with the path before them,
/// `unavailable` (the file or its copy cannot be written).
result<void> change_config_file(
  const config_place& place, const std::function<result<void>(value&)>& change);

/// Ends what a power cut broke off: where there is a copy and the file is missing or cannot be
/// understood, the copy is written in its place, and goes when the next call finds the file. True:
/// it was written. `unavailable`: it cannot be.
result<bool> mend_config_file(const config_place& place);

/// Makes an empty one, for its owner alone. `unavailable`: it cannot be written.
result<void> make_config_file(const config_place& place);

} // namespace copal::host
