#pragma once

#include "messages/model/value.hpp"
#include "messages/result.hpp"

#include <cstddef>
#include <string_view>

/// YAML text to the value tree, the way compose reads it. Pure.
namespace copal::yaml {

struct limits {
  std::size_t max_bytes = std::size_t{1} << 20U;
  std::size_t max_depth = 64;
  /// Of the finished tree: what an alias stands for counts each time, so that a few lines of
  /// aliases of aliases cannot fill the memory.
  std::size_t max_nodes = 50'000;
};

/// Reads one document; an empty one is null. Plain scalars are told apart as compose's reader does
/// (docs/decisions/0052): `true`, `null`, `0x1f` and `1.5` are what they look like, `yes`, `on`,
/// `22:22` and dates are text, as is everything in quotes. Merge keys (`<<`) are merged, aliases
/// expanded; what stands under an anchor keeps the lines where it was written. Errors:
/// `invalid_input` (not YAML; a key twice; a tag, key or number that a target cannot use),
/// `exhausted` (a limit). They begin with "<name>:<line>:<column>: ".
result<value> parse(std::string_view text, std::string_view name, const limits& bound = {});

} // namespace copal::yaml
