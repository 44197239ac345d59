#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

namespace copal::planning {

/// `N[b|k|m|g][b]` in either case, powers of 1024: "64", "64m", "64MB". Nothing for anything else
/// and for what does not fit. Source: spec/state-engine.md §2 `mem_limit`.
std::optional<std::int64_t> parse_bytes(std::string_view text);

/// Numbers, fractions too, each with a unit of `ns us µs ms s m h d w`: "1m30s", "1.5s". Nothing
/// for anything else and for what does not fit. Source: spec/state-engine.md §2.
std::optional<std::chrono::nanoseconds> parse_duration(std::string_view text);

} // namespace copal::planning
