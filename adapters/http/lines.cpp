#include "adapters/http/lines.hpp"

#include <utility>

namespace copal::http {

result<std::vector<std::string>> line_splitter::take(std::string_view bytes) {
  std::vector<std::string> out;
  while (!bytes.empty()) {
    const auto end = bytes.find('\n');
    const auto piece = bytes.substr(0, end);
    if (rest_.size() + piece.size() > longest_)
      return fail(errc::exhausted,
        "a line of the stream is longer than " + std::to_string(longest_) + " bytes");
    rest_ += piece;
    if (end == std::string_view::npos)
      break;
    bytes.remove_prefix(end + 1);
    if (!rest_.empty() && rest_.back() == '\r')
      rest_.pop_back();
    if (!rest_.empty())
      out.push_back(std::exchange(rest_, {}));
  }
  return out;
}

} // namespace copal::http
