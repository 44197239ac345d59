#include "adapters/yaml/env_file.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace copal::yaml {
namespace {

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\r';
}

bool belongs_to_name(char c) {
  return c == '_' || c == '.' || c == '-' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z')
         || (c >= 'A' && c <= 'Z');
}

/// Reads a file from its front.
class reader {
public:
  reader(std::string_view text, const variables& outer) : rest_(text), outer_(outer) {
    if (rest_.starts_with("\xEF\xBB\xBF"))
      rest_.remove_prefix(3);
  }

  /// Reads all lines; the error has no place yet.
  result<environment> all() {
    for (;;) {
      skip_blanks();
      if (rest_.empty())
        return std::move(found_);
      if (rest_[0] == '\n' || rest_[0] == '#') {
        skip_line();
        continue;
      }
      if (auto read = assignment(); !read)
        return fail(std::move(read.error()));
    }
  }

  /// Where the error was.
  [[nodiscard]] int line() const { return line_; }

private:
  void skip_blanks() {
    while (!rest_.empty() && is_blank(rest_[0]))
      rest_.remove_prefix(1);
  }

  std::string_view skip_line() {
    const auto length = std::min(rest_.find('\n'), rest_.size());
    const auto skipped = rest_.substr(0, length);
    rest_.remove_prefix(std::min(length + 1, rest_.size()));
    ++line_;
    return skipped;
  }

  std::string_view take_name() {
    const auto* end = std::find_if_not(rest_.begin(), rest_.end(), belongs_to_name);
    const auto name = rest_.substr(0, static_cast<std::size_t>(end - rest_.begin()));
    rest_.remove_prefix(name.size());
    return name;
  }

  [[nodiscard]] bool at_line_end() const { return rest_.empty() || rest_[0] == '\n'; }

  result<void> assignment() {
    auto name = take_name();
    skip_blanks();
    if (name == "export" && !at_line_end() && belongs_to_name(rest_[0])) {
      name = take_name();
      skip_blanks();
    }
    if (name.empty() || (name[0] >= '0' && name[0] <= '9'))
      return fail(errc::invalid_input, "no name of a variable");
    if (at_line_end() || rest_[0] == '#') {
      if (auto inherited = outer_(name))
        found_.insert_or_assign(std::string{name}, secret{std::move(*inherited)});
      skip_line();
      return {};
    }
    if (rest_[0] != '=' && rest_[0] != ':')
      return fail(errc::invalid_input, "neither = nor : after the name " + std::string{name});
    rest_.remove_prefix(1);
    auto text = read_value();
    if (!text)
      return fail(text.error().with_context(name));
    found_.insert_or_assign(std::string{name}, secret{std::move(*text)});
    return {};
  }

  result<std::string> read_value() {
    // A comment needs a blank before it, which may be one of these.
    const auto before = rest_;
    skip_blanks();
    if (rest_.starts_with('\''))
      return quoted('\'');
    if (rest_.starts_with('"'))
      return quoted('"').and_then([this](const std::string& text) { return substituted(text); });
    rest_ = before;
    auto plain = skip_line();
    for (std::size_t i = 1; i < plain.size(); ++i)
      if (plain[i] == '#' && is_blank(plain[i - 1])) {
        plain = plain.substr(0, i);
        break;
      }
    while (!plain.empty() && is_blank(plain.front()))
      plain.remove_prefix(1);
    while (!plain.empty() && is_blank(plain.back()))
      plain.remove_suffix(1);
    --line_; // an error in the value is on its own line
    auto text = substituted(plain);
    if (text)
      ++line_;
    return text;
  }

  /// Takes a quoted value and the rest of its last line. What a backslash makes a dollar in double
  /// quotes comes out doubled, so that it begins no variable.
  result<std::string> quoted(char quote) {
    std::string text;
    const int first_line = line_;
    rest_.remove_prefix(1);
    while (!rest_.empty() && rest_[0] != quote) {
      if (rest_[0] == '\\' && rest_.size() > 1) {
        text += quote == '"' ? escaped(rest_[1]) : escaped_in_single(rest_[1]);
        line_ += rest_[1] == '\n' ? 1 : 0;
        rest_.remove_prefix(2);
        continue;
      }
      line_ += rest_[0] == '\n' ? 1 : 0;
      text += rest_[0];
      rest_.remove_prefix(1);
    }
    if (rest_.empty()) {
      line_ = first_line;
      return fail(errc::invalid_input, "a quote that does not close");
    }
    rest_.remove_prefix(1);
    skip_blanks();
    if (!at_line_end() && rest_[0] != '#')
      return fail(errc::invalid_input, "more after the closing quote");
    skip_line();
    return text;
  }

  static std::string escaped(char c) {
    switch (c) {
      case 'n':
        return "\n";
      case 'r':
        return "\r";
      case 't':
        return "\t";
      case '$':
        return "$$";
      case '"':
      case '\\':
        return {c};
      default:
        return {'\\', c};
    }
  }

  static std::string escaped_in_single(char c) {
    return c == '\'' ? std::string{c} : std::string{'\\', c};
  }

  result<std::string> substituted(std::string_view text) {
    std::vector<std::string> unset; // an unset one is empty here, as in a shell
    return substitute(
      text,
      [this](std::string_view name) -> std::optional<std::string> {
        if (auto set = outer_(name))
          return set;
        const auto it = found_.find(std::string{name});
        return it == found_.end() ? std::nullopt : std::optional{it->second.reveal()};
      },
      unset);
  }

  std::string_view rest_;
  const variables& outer_;
  environment found_;
  int line_ = 1;
};

} // namespace

result<environment> parse_env(
  std::string_view text, std::string_view name, const variables& outer) {
  reader file{text, outer};
  auto all = file.all();
  if (!all)
    return fail(all.error().with_context(std::string{name} + ':' + std::to_string(file.line())));
  return all;
}

} // namespace copal::yaml
