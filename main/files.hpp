#pragma once

#include "messages/result.hpp"

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

namespace copal::files {

/// The whole of a regular file. Errors: `not_found`, `unavailable` (cannot be read, or is no
/// regular file), `exhausted` (larger than `most` bytes). The text begins with the path.
result<std::string> read(const std::filesystem::path& path, std::size_t most);

/// Puts a text in a file's place, so that after a power cut there is the old one or the new one,
/// whole. Its folder exists.
result<void> replace(const std::filesystem::path& path, std::string_view text);

/// Makes a folder and those above it; one that is there is fine.
result<void> make_folder(const std::filesystem::path& path);

} // namespace copal::files
