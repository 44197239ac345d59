#pragma once

#include "messages/model/value.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// What callers may write where. Pure. Source: spec/device-api.md §1.1.
namespace copal::api {

/// A number, or a text of an optional `-`, digits, and an optional `.` with zeros. `x` may be null.
std::optional<std::int64_t> integer_of(const value* x);
std::optional<std::int64_t> integer_of(std::string_view text);

/// A text that is not empty, `null` or `undefined`; else empty. `x` may be null.
std::string word_of(const value* x);

/// The part of a path with that place, counted from 0: of `/v1/apps/7/stop` the part 2 is `7`.
std::string_view part_of(std::string_view path, std::size_t place);

} // namespace copal::api
