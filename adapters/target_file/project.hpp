#pragma once

#include <string>
#include <string_view>

/// The names of compose projects. Source: Compose file reference, "Version and name top-level
/// elements"; Docker documentation, "Specify a project name". Pure.
namespace copal::target_file {

/// Lower-case letters, digits, `_` and `-`, a letter or digit first.
bool is_project_name(std::string_view name);

/// What compose makes of a folder's name: lower case, without what may not stand in a name. Empty
/// when nothing is left.
std::string project_name_of(std::string_view folder);

} // namespace copal::target_file
