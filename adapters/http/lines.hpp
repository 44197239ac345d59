#pragma once

#include "messages/result.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace copal::http {

/// Cuts a stream of bytes into lines. Holds at most one unfinished line.
class line_splitter {
public:
  explicit line_splitter(std::size_t longest) : longest_(longest) {}

  /// Appends the lines that are now whole, without their ends; empty ones are left out.
  /// `exhausted` when a line is too long.
  result<std::vector<std::string>> take(std::string_view bytes);

  /// What came after the last line end.
  [[nodiscard]] const std::string& rest() const noexcept { return rest_; }

private:
  std::size_t longest_;
  std::string rest_;
};

} // namespace copal::http
