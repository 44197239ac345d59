#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace copal {

/// Bytes that are no text, in a document. Source: RFC 4648 §4, with padding.
std::string to_base64(std::string_view bytes);

/// The same in the alphabet for addresses and headers, with padding. Source: RFC 4648 §5.
std::string to_base64url(std::string_view bytes);

/// And back, from either alphabet, with its padding or without any; nothing for a text that is no
/// whole one.
std::optional<std::string> from_base64(std::string_view text);

} // namespace copal
