#pragma once

#include <compare>
#include <string>
#include <utility>

namespace copal {

/// A text that must not be seen: it serialises whole and prints as `***`. Environment values, keys
/// and passwords are secrets.
class secret {
public:
  secret() = default;
  explicit secret(std::string text) : text_(std::move(text)) {}

  /// The text itself, for the one place that must send it on.
  [[nodiscard]] const std::string& reveal() const noexcept { return text_; }
  [[nodiscard]] bool empty() const noexcept { return text_.empty(); }

  auto operator<=>(const secret&) const = default;

  template <class I>
  friend typename I::result_type inspect(I& f, secret& x) {
    return f(x.text_);
  }

private:
  std::string text_;
};

inline std::string to_string(const secret&) {
  return "***";
}

} // namespace copal
