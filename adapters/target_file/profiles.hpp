#pragma once

#include "messages/model/value.hpp"
#include "messages/result.hpp"

#include <string_view>

namespace copal::target_file {

/// The variable that names the profiles which are active: a list with commas, `*` for all.
inline constexpr std::string_view profiles_variable = "COMPOSE_PROFILES";

/// Takes those services out of a compose document that have profiles of which none is active. One
/// without profiles always stays. `invalid_input`: the profiles of a service cannot be read; begins
/// with "line <n>: " where the line is known.
/// Source: Docker documentation, "Using profiles with Compose".
result<void> choose_services(value& doc, std::string_view active);

} // namespace copal::target_file
