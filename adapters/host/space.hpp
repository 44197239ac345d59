#pragma once

#include "messages/host.hpp"
#include "messages/result.hpp"

#include <filesystem>
#include <string>

namespace copal::host {

/// What may still be written, by those who are not root, to the file system that holds `path` of
/// the host, whose root is seen here as `root`. `unavailable`: it is not seen here, or does not
/// tell.
result<free_space> look_for_space(const std::filesystem::path& root, const std::string& path);

} // namespace copal::host
