#pragma once

#include "messages/model/ids.hpp"
#include "messages/model/value.hpp"

#include <string>
#include <string_view>

namespace copal::property {

/// A container as the engine itself shows it, by its own command line: not through our adapter.
/// Null when that fails.
value inspected(const std::string& socket, const container_id& id);

/// The node under a path of members joined by dots; a member after `@` is the last, dots and all.
/// Null when there is none.
const value& at(const value& tree, std::string_view path);

} // namespace copal::property
