#pragma once

#include "actors/planning/normalise/reading.hpp"
#include "messages/model/container_config.hpp"

#include <string>
#include <string_view>
#include <vector>

/// Folders and files of the host in a container: in compose files only, and only those whose place
/// counts from the folder of the file. Source: Compose file reference, services, `volumes`.
namespace copal::planning {

/// Where the folder of a compose file stands, as the host sees it: a member at the top of the
/// document, which the reader of the file sets and nobody writes.
inline constexpr std::string_view folder_member = "x-copal-folder";

/// The folder that the document names; empty when the host does not see it.
std::string read_folder(const node& root);

/// The absolute path of `relative` within `folder`. `.` and `..` are resolved in the text alone, as
/// compose does it.
std::string joined(const std::string& folder, std::string_view relative);

/// True for the source of a bind mount in a short text: `./a`, `../a`, `/a`, `~/a`.
bool is_path(const std::string& source);

/// A short text whose source is a path, split at its colons.
void read_short_bind(const node& n,
  const std::vector<std::string>& parts,
  const std::string& folder,
  container_config& config);

/// A map of type `bind`.
void read_long_bind(const node& n, const std::string& folder, container_config& config);

} // namespace copal::planning
