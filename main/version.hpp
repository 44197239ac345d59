#pragma once

#include <string>

namespace copal {

/// "0.1.0"
std::string version_number();

/// The balena supervisor whose observable behaviour this version keeps: what the contracts of
/// releases are held against (`sw.supervisor`).
std::string compatible_supervisor();

/// "copal 0.1.0"
std::string version_text();

} // namespace copal
