#pragma once

#include <string>

namespace copal {

/// "0.1.0"
std::string version_number();

/// "copal 0.1.0"
std::string version_text();

} // namespace copal
