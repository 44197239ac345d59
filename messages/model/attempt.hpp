#pragma once

#include "messages/model/container.hpp"
#include "messages/result.hpp"

#include <cstddef>

namespace copal {

/// One try that failed.
struct attempt {
  wall_time at;
  error why;

  bool operator==(const attempt&) const = default;
};

/// How many of the last ones are kept for those who ask why.
inline constexpr std::size_t most_attempts = 3;

template <class I>
typename I::result_type inspect(I& f, attempt& x) {
  return f(x.at, x.why);
}

} // namespace copal
