#pragma once

#include "adapters/host/config_file.hpp"
#include "messages/host.hpp"
#include "messages/result.hpp"

#include <filesystem>
#include <string>

// What the OS is told by config.json of the things that are the supervisor's to set.
// Source: spec/host.md §1.1, `os`.
namespace copal::host {

/// A file that cannot be read or understood names no volume: what is wrong with it is told when it
/// is to be changed.
os_settings look_at_os_settings(const std::filesystem::path& config);

/// Has `os.kernel.extraFirmwareVol` name a volume; all else stays as it is. `invalid_input`: `os`
/// or `os.kernel` is there and is no object, or the file is not understood. `not_found`,
/// `exhausted`, `unavailable`: it cannot be read or written.
result<os_settings> name_firmware_volume(const config_place& place, const std::string& name);

} // namespace copal::host
