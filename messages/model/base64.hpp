#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace copal {

/// Bytes that are no text, in a document. Source: RFC 4648 §4, with padding.
std::string to_base64(std::string_view bytes);

/// And back; nothing for a text that is no whole one.
std::optional<std::string> from_base64(std::string_view text);

} // namespace copal
