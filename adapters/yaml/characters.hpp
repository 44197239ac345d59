#pragma once

#include "messages/result.hpp"

#include <string_view>

namespace copal::yaml {

/// YAML holds printable UTF-8; yaml-cpp itself takes any byte, and one of them for the end. The
/// error begins with "<line>:<column>: ".
result<void> check_characters(std::string_view text);

bool is_utf8(std::string_view text);

} // namespace copal::yaml
