#pragma once

#include "messages/model/value.hpp"
#include "messages/result.hpp"

#include <cstddef>
#include <string>
#include <string_view>

/// JSON text and the value tree. Pure; used by every adapter whose other side speaks JSON.
namespace copal::json {

/// What a text may cost. A node of the tree takes about 30 times the memory of the shortest text
/// that makes one, so bytes alone are no bound.
struct limits {
  std::size_t max_bytes = std::size_t{16} << 20U;
  std::size_t max_depth = 64;
  std::size_t max_nodes = 200'000;
};

/// Reads one JSON text; each node gets its line. Where an object names a key twice, the last one
/// wins and stands in the place of the first, as in JavaScript. Integers that 64 bits cannot hold
/// become reals. Errors: `invalid_input` (not JSON), `exhausted` (a limit); both begin with
/// "line L, column C: " and never show a piece of the text, which may hold secrets.
result<value> parse(std::string_view text, const limits& bound = {});

/// Writes the tree on one line, without spaces. `invalid_input`: a text is not UTF-8, or a number
/// is not finite.
result<std::string> write(const value& v);

} // namespace copal::json
