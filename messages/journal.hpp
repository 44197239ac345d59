#pragma once

#include <cstdint>
#include <string>

namespace copal {

// What is told to the people who look after the device.

/// How much a line matters; each level includes those after it.
enum class log_level : std::uint8_t {
  trace,   ///< Each call to the outside.
  debug,   ///< Each step's end.
  info,    ///< What changes on the device.
  warning, ///< Something failed and is tried again.
  error,   ///< Somebody has to do something.
};
std::string to_string(log_level x);

/// One line for the log; never holds a secret.
struct log_line {
  log_level level = log_level::info;
  std::string text; ///< Without a line end.

  bool operator==(const log_line&) const = default;
};

template <class I>
typename I::result_type inspect(I& f, log_line& x) {
  return f(x.level, x.text);
}

} // namespace copal
