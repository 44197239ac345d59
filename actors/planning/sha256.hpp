#pragma once

#include <string>
#include <string_view>

namespace copal::planning {

/// The digest of bytes, as 64 hexadecimal digits in lower case. Source: FIPS 180-4, "SHA-256".
/// Throws where the machine's OpenSSL is set up to offer none.
std::string sha256(std::string_view bytes);

} // namespace copal::planning
