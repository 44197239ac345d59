#pragma once

#include "messages/result.hpp"

#include <string>
#include <string_view>

namespace copal::http {

/// Base64 with the alphabet for URLs and file names, padded. Source: RFC 4648 §5.
std::string base64url(std::string_view bytes);

/// The bytes of a base64 text in either alphabet, with or without its padding. `invalid_input` when
/// it is none; the text is not shown, since it may be a secret. Source: RFC 4648 §4 and §5.
result<std::string> from_base64(std::string_view text);

} // namespace copal::http
