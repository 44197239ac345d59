#pragma once

#include "messages/model/value.hpp"

#include <string>

namespace copal::target_file {

/// The member at the top of a document that names the folder of its file as the host sees it.
/// Nobody else writes it: one that stands in the file itself is taken away.
inline constexpr const char* folder_member = "x-copal-folder";

/// Tells a compose document where its folder is on the host, if one of its services has a bind
/// mount that counts from there. `root` is the host's root as seen from here; a file that is not
/// below it gives no folder.
void tell_folder(value& doc, const std::string& path, const std::string& root);

} // namespace copal::target_file
