#pragma once

#include "actors/planning/normalise/reading.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// The scalar types of the cloud's schema. Source: spec/cloud-protocol.md §4.
namespace copal::planning {

/// A member that must be there and not null; refuses its absence.
std::optional<node> required(const node& n, std::string_view key);

/// A member that may be absent, but not null.
std::optional<node> present(const node& n, std::string_view key);

/// A text, and nothing that could be taken for one.
std::string strict_text(const node& n);

/// A text of at most 255 characters.
std::string short_text(const node& n);

/// A required member that is a whole number from 0, or its digits.
std::int64_t number_of(const node& n, std::string_view key);

enum class colons : std::uint8_t { refused, allowed };

/// `[a-zA-Z_][a-zA-Z0-9_]*`, at most 255 characters; with colons behind the first where allowed.
bool is_variable_name(std::string_view name, colons rule);

/// One or more printable ASCII characters but blanks, quotes and backticks, at most 255.
bool is_label_name(std::string_view name);

} // namespace copal::planning
