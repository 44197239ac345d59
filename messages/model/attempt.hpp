#pragma once

#include "messages/model/wall_time.hpp"
#include "messages/result.hpp"

#include <chrono>
#include <cstddef>
#include <vector>

namespace copal {

/// One try that failed.
struct attempt {
  wall_time at;
  error why;

  bool operator==(const attempt&) const = default;
};

/// How many of the last ones are kept for those who ask why.
inline constexpr std::size_t most_attempts = 3;

/// What is asked again and again because it has not answered as it should.
struct silence {
  int count = 0; ///< Tries that failed in a row.
  error last;
  std::chrono::milliseconds pause{0};
  bool waiting = false;          ///< For the pause to end; else a try is under way.
  std::vector<attempt> attempts; ///< The last ones, at most `most_attempts`; newest last.

  bool operator==(const silence&) const = default;
};

template <class I>
typename I::result_type inspect(I& f, attempt& x) {
  return f(x.at, x.why);
}

template <class I>
typename I::result_type inspect(I& f, silence& x) {
  return f(x.count, x.last, x.pause, x.waiting, x.attempts);
}

} // namespace copal
