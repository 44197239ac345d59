#pragma once

#include "tests/integration/support/device.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace copal::test {

/// What was up when, from the engine's own events: `web:c70 started`, `web:c70 stopped`,
/// `web:c70 renamed`, `web:c70 removed`, `pulled test/base:2`, `image removed`.
class timeline {
public:
  /// From now on.
  explicit timeline(device& of);

  /// Reads what has happened until now.
  void read();
  /// One line: "t+0.41 web:c70 stopped; t+0.44 web:c71 started".
  [[nodiscard]] std::string text() const;
  /// True when all of these happened, each for the first time after the one before it.
  [[nodiscard]] bool in_order(const std::vector<std::string>& words) const;
  /// The least number of containers of a service that were up at a time, from the first start that
  /// the timeline knows of; `up` is how many were up when it began.
  [[nodiscard]] int least_up(const std::string& service, int up) const;

private:
  struct moment {
    double after_s = 0;
    std::string words;
  };

  device& device_;
  std::chrono::nanoseconds since_;
  std::vector<moment> moments_;
};

} // namespace copal::test
