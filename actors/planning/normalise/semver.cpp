#include "actors/planning/normalise/semver.hpp"

#include <algorithm>
#include <charconv>

namespace copal::planning {

namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_number(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_digit);
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view blank = " \t\r\n";
  const auto begin = text.find_first_not_of(blank);
  if (begin == std::string_view::npos)
    return {};
  return text.substr(begin, text.find_last_not_of(blank) - begin + 1);
}

/// Cuts off what stands before the separator, and the separator; all of it when there is none.
std::string_view cut(std::string_view& text, std::string_view separator) {
  const auto at = text.find(separator);
  const auto head = text.substr(0, at);
  text = at == std::string_view::npos ? std::string_view{} : text.substr(at + separator.size());
  return head;
}

std::optional<std::uint64_t> read_number(std::string_view text) {
  constexpr std::size_t most_digits = 18;
  std::uint64_t out = 0;
  if (!is_number(text) || text.size() > most_digits)
    return std::nullopt;
  std::from_chars(text.data(), text.data() + text.size(), out);
  return out;
}

/// `rc.1`: letters, digits and hyphens, no part of it empty.
std::optional<std::vector<std::string>> read_identifiers(std::string_view text) {
  std::vector<std::string> out;
  auto more = true;
  while (more) {
    more = text.find('.') != std::string_view::npos;
    const auto part = cut(text, ".");
    const auto fits = [](char c) {
      return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-';
    };
    if (part.empty() || !std::all_of(part.begin(), part.end(), fits))
      return std::nullopt;
    out.emplace_back(part);
  }
  return out;
}

/// A version of which not every number needs to be said: `1`, `1.2`, `1.x`, `*`.
struct partial_version {
  semantic_version version; ///< What is not said is 0.
  std::size_t said = 0;     ///< How many of its numbers.
  bool open = false;        ///< It has an `x`.

  [[nodiscard]] bool is_full() const { return said == version.numbers.size(); }
};

bool is_any(std::string_view text) {
  return text == "x" || text == "X" || text == "*";
}

/// The numbers, between dots. After an `x` the rest means nothing.
bool read_numbers(std::string_view text, partial_version& out) {
  constexpr std::size_t most = 3;
  for (std::size_t i = 0; i < most; ++i) {
    const auto last = text.find('.') == std::string_view::npos;
    const auto part = cut(text, ".");
    if (is_any(part)) {
      out.open = true;
    } else if (const auto number = read_number(part); !number) {
      return false;
    } else if (!out.open) {
      out.version.numbers[i] = *number;
      out.said = i + 1;
    }
    if (last)
      return true;
  }
  return false;
}

std::optional<partial_version> read_partial(std::string_view text) {
  text = trimmed(text);
  while (!text.empty() && (text[0] == 'v' || text[0] == 'V'))
    text = trimmed(text.substr(1));
  partial_version out;
  text = cut(text, "+");
  const auto has_prerelease = text.find('-') != std::string_view::npos;
  if (!read_numbers(cut(text, "-"), out))
    return std::nullopt;
  if (!has_prerelease)
    return out;
  auto found = read_identifiers(text);
  if (!found)
    return std::nullopt;
  if (out.is_full())
    out.version.prerelease = std::move(*found);
  return out;
}

/// The first of all prereleases of a number: what is below it, is below them all.
semantic_version begin_of(semantic_version v) {
  v.prerelease = {"0"};
  return v;
}

/// The first version that differs in the number at this place, or before it.
semantic_version next(semantic_version v, std::size_t place) {
  ++v.numbers[place];
  std::fill(v.numbers.begin() + static_cast<std::ptrdiff_t>(place) + 1, v.numbers.end(), 0);
  return begin_of(v);
}

std::strong_ordering compare_identifiers(const std::string& a, const std::string& b) {
  const auto x = read_number(a);
  const auto y = read_number(b);
  if (x && y)
    return *x <=> *y;
  if (x.has_value() != y.has_value()) // Numbers come before words.
    return x ? std::strong_ordering::less : std::strong_ordering::greater;
  return a.compare(b) <=> 0;
}

} // namespace

std::optional<semantic_version> semantic_version::parse(std::string_view text) {
  const auto found = read_partial(text);
  if (!found || found->open)
    return std::nullopt;
  return found->version;
}

std::strong_ordering semantic_version::operator<=>(const semantic_version& other) const {
  if (const auto order = numbers <=> other.numbers; order != 0)
    return order;
  if (prerelease.empty() || other.prerelease.empty())
    return other.prerelease.size() == prerelease.size() ? std::strong_ordering::equal
           : prerelease.empty()                         ? std::strong_ordering::greater
                                                        : std::strong_ordering::less;
  return std::lexicographical_compare_three_way(prerelease.begin(),
    prerelease.end(),
    other.prerelease.begin(),
    other.prerelease.end(),
    compare_identifiers);
}

std::string to_string(const semantic_version& x) {
  std::string out;
  for (const auto number : x.numbers)
    out += (out.empty() ? "" : ".") + std::to_string(number);
  for (std::size_t i = 0; i < x.prerelease.size(); ++i)
    out += (i == 0 ? "-" : ".") + x.prerelease[i];
  return out;
}

/// Turns the spellings of a range into limits.
class range_reader {
public:
  using bound = version_range::bound;
  using limits = version_range::limits;

  static std::optional<version_range> read(std::string_view text) {
    version_range out;
    auto more = true;
    while (more) {
      more = text.find("||") != std::string_view::npos;
      range_reader one;
      if (!one.read_alternative(trimmed(cut(text, "||"))))
        return std::nullopt;
      out.alternatives_.push_back(std::move(one.limits_));
    }
    return out;
  }

private:
  bool read_alternative(std::string_view text) {
    if (const auto at = text.find(" - "); at != std::string_view::npos)
      return read_span(text.substr(0, at), text.substr(at + 3));
    while (!text.empty()) {
      const auto op = read_operator(text);
      text = trimmed(text); // A blank may stand behind the operator.
      const auto word = text.substr(0, text.find_first_of(" \t"));
      if (!read_limit(op, word))
        return false;
      text = trimmed(text.substr(word.size()));
    }
    return true;
  }

  /// Takes the operator off the text; empty when there is none.
  static std::string_view read_operator(std::string_view& text) {
    for (const std::string_view op : {">=", "<=", "~>", ">", "<", "=", "^", "~"}) {
      if (!text.starts_with(op))
        continue;
      text.remove_prefix(op.size());
      return op;
    }
    return {};
  }

  /// `a - b`: both ends belong to it.
  bool read_span(std::string_view first, std::string_view last) {
    const auto low = read_partial(first);
    const auto high = read_partial(last);
    if (!low || !high)
      return false;
    add_from(*low);
    add_up_to(*high);
    return true;
  }

  bool read_limit(std::string_view op, std::string_view word) {
    const auto v = read_partial(word);
    if (!v)
      return false;
    if (op == ">=")
      add_from(*v);
    else if (op == "<=")
      add_up_to(*v);
    else if (op == ">")
      add_above(*v);
    else if (op == "<")
      add_below(*v);
    else if (op == "^")
      add_compatible(*v);
    else if (op == "~" || op == "~>")
      add_near(*v);
    else
      add_exactly(*v);
    return true;
  }

  void add(bound where, semantic_version v) { limits_.push_back({where, std::move(v)}); }

  void add_from(const partial_version& v) {
    if (v.said > 0)
      add(bound::from, v.is_full() ? v.version : begin_of(v.version));
  }

  void add_up_to(const partial_version& v) {
    if (v.is_full())
      add(bound::up_to, v.version);
    else if (v.said > 0)
      add(bound::below, next(v.version, v.said - 1));
  }

  void add_above(const partial_version& v) {
    if (v.is_full())
      add(bound::above, v.version);
    else if (v.said > 0)
      add(bound::from, next(v.version, v.said - 1));
    else
      add_nothing();
  }

  void add_below(const partial_version& v) {
    if (v.said > 0)
      add(bound::below, v.is_full() ? v.version : begin_of(v.version));
    else
      add_nothing();
  }

  void add_exactly(const partial_version& v) {
    if (v.is_full())
      return add(bound::exactly, v.version);
    add_from(v);
    add_up_to(v);
  }

  /// `~`: the last number said may grow, with three of them the last one.
  void add_near(const partial_version& v) {
    if (v.said == 0)
      return;
    add_from(v);
    add(bound::below, next(v.version, v.said == 1 ? 0 : 1));
  }

  /// `^`: the first number that is not 0 stays; of `0`, `0.0`, `0.0.x` the last one said.
  void add_compatible(const partial_version& v) {
    if (v.said == 0)
      return;
    std::size_t place = 0;
    while (place + 1 < v.said && v.version.numbers[place] == 0)
      ++place;
    add_from(v);
    add(bound::below, next(v.version, place));
  }

  /// Nothing is below, or above, any version.
  void add_nothing() { add(bound::below, begin_of({})); }

  limits limits_;
};

std::optional<version_range> version_range::parse(std::string_view text) {
  return range_reader::read(text);
}

bool version_range::holds(const semantic_version& v) const {
  const auto within = [&v](const limit& one) {
    switch (one.where) {
      case bound::below:
        return v < one.version;
      case bound::up_to:
        return v <= one.version;
      case bound::exactly:
        return v == one.version;
      case bound::from:
        return v >= one.version;
      case bound::above:
        return v > one.version;
    }
    return false;
  };
  return std::any_of(alternatives_.begin(), alternatives_.end(), [&within](const limits& all) {
    return std::all_of(all.begin(), all.end(), within);
  });
}

} // namespace copal::planning
