#pragma once

#include "messages/result.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace copal::planning {

/// Splits a command line into words as a shell would: blanks part words, quotes and backslashes
/// keep them together, control operators (`&&`, `;`, `>` ...) are words of their own. Nothing is
/// expanded, run or left out: `$HOME`, `*` and `#` are text. An open quote or a backslash at the
/// end is `invalid_input`. Source: spec/state-engine.md §2 `command` and §14.
result<std::vector<std::string>> split_words(std::string_view line);

} // namespace copal::planning
