#include "adapters/yaml/interpolate.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace copal::yaml {
namespace {

constexpr std::size_t max_text = std::size_t{1} << 20U;
constexpr std::size_t max_document = std::size_t{4} << 20U;
constexpr int max_nesting = 20;

bool begins_name(char c) {
  return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool continues_name(char c) {
  return begins_name(c) || (c >= '0' && c <= '9');
}

/// Takes a variable's name from the front; empty when there is none.
std::string_view take_name(std::string_view& text) {
  if (text.empty() || !begins_name(text[0]))
    return {};
  const auto* end = std::find_if_not(text.begin(), text.end(), continues_name);
  const auto name = text.substr(0, static_cast<std::size_t>(end - text.begin()));
  text.remove_prefix(name.size());
  return name;
}

/// Takes everything up to the brace that closes; absent when none does.
std::optional<std::string_view> take_braced(std::string_view& text) {
  int open = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '$' && i + 1 < text.size() && (text[i + 1] == '{' || text[i + 1] == '$')) {
      open += text[i + 1] == '{' ? 1 : 0;
      ++i;
    } else if (text[i] == '}' && open-- == 0) {
      const auto inside = text.substr(0, i);
      text.remove_prefix(i + 1);
      return inside;
    }
  }
  return std::nullopt;
}

/// One substitution with all that it needs.
class substitution {
public:
  substitution(const variables& lookup, std::vector<std::string>& unset)
    : lookup_(lookup),
      unset_(unset) {}

  result<std::string> all_of(std::string_view text, int nesting) {
    if (nesting > max_nesting)
      return fail(
        errc::exhausted, "variables nested deeper than " + std::to_string(max_nesting) + " levels");
    std::string out;
    while (!text.empty()) {
      const auto dollar = std::min(text.find('$'), text.size());
      out += text.substr(0, dollar);
      text.remove_prefix(dollar);
      if (!text.empty()) {
        auto piece = one(text, nesting);
        if (!piece)
          return piece;
        out += *piece;
      }
      if (out.size() > max_text)
        return fail(errc::exhausted,
          "a text of more than " + std::to_string(max_text) + " bytes after its variables");
    }
    return out;
  }

private:
  /// Takes what the dollar at the front begins, and gives what it stands for.
  result<std::string> one(std::string_view& text, int nesting) {
    text.remove_prefix(1);
    if (text.starts_with('$')) {
      text.remove_prefix(1);
      return "$";
    }
    if (text.starts_with('{')) {
      text.remove_prefix(1);
      const auto inside = take_braced(text);
      if (!inside)
        return fail(errc::invalid_input, "a variable whose brace does not close");
      return braced(*inside, nesting);
    }
    if (const auto name = take_name(text); !name.empty())
      return plain(name);
    return "$";
  }

  std::string plain(std::string_view name) {
    if (auto set = lookup_(name))
      return *set;
    unset_.emplace_back(name);
    return {};
  }

  result<std::string> braced(std::string_view inside, int nesting) {
    const auto name = take_name(inside);
    if (name.empty())
      return fail(errc::invalid_input, "${ } without the name of a variable");
    if (inside.empty())
      return plain(name);
    const bool empty_is_none = inside[0] == ':';
    if (empty_is_none)
      inside.remove_prefix(1);
    const char how = inside.empty() ? '\0' : inside[0];
    if (how != '-' && how != '?' && how != '+')
      return fail(errc::invalid_input,
        "the variable " + std::string{name} + " is followed by an operator that there is not");
    inside.remove_prefix(1);
    auto set = lookup_(name);
    if (set && empty_is_none && set->empty())
      set.reset();
    if (how == '+')
      return set ? all_of(inside, nesting + 1) : std::string{};
    if (set)
      return *set;
    auto other = all_of(inside, nesting + 1);
    if (how == '-' || !other)
      return other;
    return fail(errc::invalid_input,
      "the variable " + std::string{name} + " is required" + (other->empty() ? "" : ": " + *other));
  }

  const variables& lookup_;
  std::vector<std::string>& unset_;
};

/// Walks over a document.
class document_walk {
public:
  explicit document_walk(const variables& lookup) : lookup_(lookup) {}

  result<void> visit(value& v) {
    if (auto* items = v.as_list())
      return visit_all(*items, [](value& item) -> value& { return item; });
    if (auto* members = v.as_map())
      return visit_all(*members, [](value_member& m) -> value& { return m.val; });
    return v.as_text() == nullptr ? result<void>{} : visit_text(v);
  }

  std::vector<std::string> warnings;

private:
  template <class All, class Part>
  result<void> visit_all(All& all, Part part) {
    for (auto& one : all)
      if (auto done = visit(part(one)); !done)
        return done;
    return {};
  }

  result<void> visit_text(value& v) {
    const auto where = "line " + std::to_string(v.line());
    std::vector<std::string> unset;
    auto text = substitute(*v.as_text(), lookup_, unset);
    if (!text)
      return fail(text.error().with_context(where));
    size_ += text->size();
    if (size_ > max_document)
      return fail(errc::exhausted,
        where + ": more than " + std::to_string(max_document) + " bytes of text after variables");
    for (const auto& name : unset) {
      auto& told = warnings.emplace_back(where);
      told.append(": the variable ").append(name).append(" is not set; it stands for nothing");
    }
    const int line = v.line();
    v = value{std::move(*text)}.at_line(line);
    return {};
  }

  const variables& lookup_;
  std::size_t size_ = 0;
};

} // namespace

result<std::string> substitute(
  std::string_view text, const variables& lookup, std::vector<std::string>& unset) {
  return substitution{lookup, unset}.all_of(text, 0);
}

result<interpolated> interpolate(value doc, const variables& lookup) {
  document_walk walk{lookup};
  if (auto done = walk.visit(doc); !done)
    return fail(std::move(done.error()));
  return interpolated{std::move(doc), std::move(walk.warnings)};
}

} // namespace copal::yaml
