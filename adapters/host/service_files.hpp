#pragma once

#include "messages/host_files.hpp"
#include "messages/result.hpp"

#include <filesystem>

/// The files that services see as their secrets and configs, in one folder that is the machine's
/// memory, as a rule: nobody but its owner can look into it, and nothing of it outlives a reboot.
namespace copal::host {

/// Makes the files, each whole or not at all; one that is there as it is to be stays. The folder
/// and those above it are made. Errors: `invalid_input` (a name that is not of our form),
/// `exhausted` (no space), `unavailable` (the system does not let us, or the folder is somebody
/// else's); the text names path or file, and never shows a content.
result<void> place(const std::filesystem::path& folder, const place_files& asked);

/// Removes every file of ours that is not named, and what an interrupted writing left. Others are
/// left alone. `unavailable`: one cannot be removed.
result<void> keep(const std::filesystem::path& folder, const keep_files& asked);

} // namespace copal::host
