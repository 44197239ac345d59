#pragma once

#include "adapters/yaml/interpolate.hpp"
#include "messages/model/image.hpp"

#include <string_view>

namespace copal::yaml {

/// Reads an environment file (`.env`). Source: Docker documentation, "Syntax for environment files
/// in Docker Compose". Values without quotes and in double quotes have their variables replaced,
/// from `outer` first and then from the lines above; a name alone takes its value from `outer`, if
/// it is set there. The last line for a name wins. `invalid_input`: a line that is none; begins
/// with "<name>:<line>: ". No message shows a value.
result<environment> parse_env(std::string_view text, std::string_view name, const variables& outer);

} // namespace copal::yaml
