#pragma once

#include <map>
#include <set>
#include <string>

namespace copal::target_file {

/// What has to be watched to notice every way in which the content behind a path can change: the
/// folders and symbolic links that lead to it may be replaced as well as the file.
struct trail {
  /// Folders, without symbolic links in their names, and which of their entries matter. Of a folder
  /// without such an entry only its own removal or renaming does.
  std::map<std::string, std::set<std::string>> folders;
  std::set<std::string> files; ///< The files at the end, where there are any.

  bool operator==(const trail&) const = default;
};

/// Adds the way to an absolute path. It ends at the first thing that is missing: the folder where
/// that would appear is then the last one.
void add_way_to(const std::string& path, trail& out);

} // namespace copal::target_file
