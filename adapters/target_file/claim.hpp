#pragma once

#include "adapters/target_file/files.hpp"
#include "messages/result.hpp"

#include <filesystem>
#include <string>

namespace copal::target_file {

/// Who wants to keep an engine at a target.
struct claimant {
  std::string engine;  ///< Its address: `unix:///run/docker.sock`.
  std::string project; ///< Empty for a target that is not a compose file.
  std::string source;  ///< The file.
};

/// The right to keep one engine at one file's target: what the file does not name is removed, so
/// two files on one engine would undo each other. Held as long as this object, or the process,
/// lives; the kernel frees it. It covers the processes that see the same runtime folder.
class engine_claim {
public:
  /// Makes the folder when it is missing. `conflict`: another process holds the engine; the text
  /// names its file and process and says what to do. `unavailable`, `exhausted`: the folder cannot
  /// be used.
  static result<engine_claim> take(
    const std::filesystem::path& runtime_folder, const claimant& who);

private:
  explicit engine_claim(descriptor lock) : lock_(std::move(lock)) {}

  descriptor lock_;
};

/// Where the locks are kept, unless told otherwise.
inline constexpr const char* default_runtime_folder = "/run/copal";

/// The name of an engine's lock file. The same socket has one name, whatever links lead to it.
std::string lock_name_of(const std::string& engine);

} // namespace copal::target_file
