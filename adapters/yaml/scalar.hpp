#pragma once

#include "messages/model/value.hpp"
#include "messages/result.hpp"

#include <string_view>

namespace copal::yaml {

/// What a plain scalar is: a boolean, an integer, a real, or text. Null does not come here.
/// `invalid_input`: a number that is not finite.
result<value> resolve_plain(std::string_view text);

/// A scalar whose tag names its type ("int", "float", "bool", "null", "str").
result<value> resolve_tagged(std::string_view type, std::string_view text);

} // namespace copal::yaml
