#include "adapters/json/json.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <numeric>
#include <optional>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

namespace copal::json {
namespace {

/// Where the reader stands: the place of the character it consumed last.
struct place {
  int line = 1;
  int column = 0;
  bool at_line_end = false;
};

/// Walks over the text and counts lines, which nlohmann's handler interface does not tell.
class counting_iterator {
public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  counting_iterator(const char* at, place* here) : at_(at), here_(here) {}

  reference operator*() const { return *at_; }
  counting_iterator& operator++() {
    // A line's end belongs to its line, so a number, which is known to end only once the character
    // after it was read, is still counted to its own line.
    if (here_->at_line_end)
      *here_ = {.line = here_->line + 1, .column = 1};
    else
      ++here_->column;
    here_->at_line_end = *at_ == '\n';
    ++at_;
    return *this;
  }
  bool operator==(const counting_iterator& other) const { return at_ == other.at_; }
  bool operator!=(const counting_iterator& other) const { return at_ != other.at_; }

private:
  const char* at_;
  place* here_;
};

/// Lets the last of equal keys win, in the place of the first.
void settle_repeated_keys(value::map_type& members) {
  if (members.size() < 2)
    return;
  std::vector<std::size_t> order(members.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&members](std::size_t a, std::size_t b) {
    return members[a].key < members[b].key;
  });
  std::vector<bool> superseded(members.size(), false);
  bool any = false;
  for (std::size_t first = 0, i = 1; i < order.size(); ++i) {
    if (members[order[i]].key != members[order[first]].key) {
      first = i;
      continue;
    }
    members[order[first]].val = std::move(members[order[i]].val);
    superseded[order[i]] = true;
    any = true;
  }
  if (!any)
    return;
  value::map_type kept;
  for (std::size_t i = 0; i < members.size(); ++i)
    if (!superseded[i])
      kept.push_back(std::move(members[i]));
  members = std::move(kept);
}

/// Builds the tree from nlohmann's events, without recursion.
class tree_builder {
public:
  tree_builder(const limits& bound, const place& here) : bound_(bound), here_(here) {}

  // The names and signatures are nlohmann's SAX interface.
  bool null() { return add(value{}); }
  bool boolean(bool x) { return add(x); }
  bool number_integer(std::int64_t x) { return add(x); }
  bool number_unsigned(std::uint64_t x) {
    return std::in_range<std::int64_t>(x) ? add(static_cast<std::int64_t>(x))
                                          : add(static_cast<double>(x));
  }
  bool number_float(double x, const std::string&) { return add(x); }
  bool string(std::string& x) { return add(std::move(x)); }
  bool binary(nlohmann::json::binary_t&) { return refuse(errc::invalid_input, "binary"); }
  bool start_object(std::size_t) { return open(true); }
  bool start_array(std::size_t) { return open(false); }
  bool key(std::string& x) {
    open_.back().key = std::move(x);
    return true;
  }
  bool end_object() {
    auto done = std::move(open_.back());
    open_.pop_back();
    settle_repeated_keys(done.members);
    return attach(value{std::move(done.members)}.at_line(done.line));
  }
  bool end_array() {
    auto done = std::move(open_.back());
    open_.pop_back();
    return attach(value{std::move(done.items)}.at_line(done.line));
  }
  bool parse_error(std::size_t, const std::string&, const nlohmann::json::exception& e) {
    if (e.id == 406)
      return refuse(errc::invalid_input, "a number is too large");
    // "[json.exception...] parse error at line 1, column 2: what; last read: 'piece of the text'"
    std::string what = e.what();
    if (const auto at = what.find(": "); at != std::string::npos)
      what.erase(0, at + 2);
    if (const auto at = what.find("; last read"); at != std::string::npos)
      what.erase(at);
    return refuse(errc::invalid_input, what);
  }

  result<value> take() {
    if (failure_)
      return fail(std::move(*failure_));
    return std::move(root_);
  }

private:
  struct container {
    bool is_map = false;
    int line = 0;
    std::string key;
    value::map_type members;
    value::list_type items;
  };

  bool refuse(errc code, const std::string& what) {
    failure_ = error{code,
      "line " + std::to_string(here_.line) + ", column " + std::to_string(here_.column) + ": "
        + what};
    return false;
  }

  bool count() {
    return ++nodes_ <= bound_.max_nodes
           || refuse(errc::exhausted, "more than " + std::to_string(bound_.max_nodes) + " values");
  }

  bool open(bool is_map) {
    if (open_.size() >= bound_.max_depth)
      return refuse(
        errc::exhausted, "nested deeper than " + std::to_string(bound_.max_depth) + " levels");
    if (!count())
      return false;
    open_.push_back({.is_map = is_map, .line = here_.line, .key = {}, .members = {}, .items = {}});
    return true;
  }

  bool add(value v) {
    v.at_line(here_.line);
    return count() && attach(std::move(v));
  }

  bool attach(value v) {
    if (open_.empty())
      root_ = std::move(v);
    else if (auto& parent = open_.back(); parent.is_map)
      parent.members.push_back({std::move(parent.key), std::move(v)});
    else
      parent.items.push_back(std::move(v));
    return true;
  }

  const limits& bound_;
  const place& here_;
  std::vector<container> open_;
  std::size_t nodes_ = 0;
  value root_;
  std::optional<error> failure_;
};

error unwritable(const value& v, const char* what) {
  std::string text = v.line() > 0 ? "line " + std::to_string(v.line()) + ": " : std::string{};
  return {errc::invalid_input, text + what};
}

result<void> append_text(const value& near, const std::string& text, std::string& out) {
  try {
    out += nlohmann::json(text).dump();
  } catch (const nlohmann::json::type_error&) {
    return fail(unwritable(near, "a text is not UTF-8"));
  }
  return {};
}

result<void> append(const value& v, std::string& out);

result<void> append_list(const value::list_type& items, std::string& out) {
  out += '[';
  const char* separator = "";
  for (const auto& item : items) {
    out += std::exchange(separator, ",");
    if (auto done = append(item, out); !done)
      return done;
  }
  out += ']';
  return {};
}

result<void> append_map(const value& v, std::string& out) {
  out += '{';
  const char* separator = "";
  for (const auto& member : *v.as_map()) {
    out += std::exchange(separator, ",");
    if (auto done = append_text(v, member.key, out); !done)
      return done;
    out += ':';
    if (auto done = append(member.val, out); !done)
      return done;
  }
  out += '}';
  return {};
}

result<void> append(const value& v, std::string& out) {
  switch (v.what()) {
    case value::kind::null:
      out += "null";
      return {};
    case value::kind::boolean:
      out += *v.as_bool() ? "true" : "false";
      return {};
    case value::kind::integer:
      out += std::to_string(*v.as_integer());
      return {};
    case value::kind::real:
      if (!std::isfinite(*v.as_real()))
        return fail(unwritable(v, "a number is not finite"));
      out += nlohmann::json(*v.as_real()).dump(); // keeps the point, so that it stays a real
      return {};
    case value::kind::text:
      return append_text(v, *v.as_text(), out);
    case value::kind::list:
      return append_list(*v.as_list(), out);
    case value::kind::map:
      return append_map(v, out);
  }
  return fail(errc::internal, "a value of no kind");
}

} // namespace

result<value> parse(std::string_view text, const limits& bound) {
  if (text.size() > bound.max_bytes)
    return fail(errc::exhausted,
      "line 1, column 1: longer than " + std::to_string(bound.max_bytes) + " bytes");
  place here;
  tree_builder builder{bound, here};
  const counting_iterator first{text.data(), &here};
  const counting_iterator last{text.data() + text.size(), &here};
  // The outcome is in the builder.
  static_cast<void>(nlohmann::json::sax_parse(first, last, &builder));
  return builder.take();
}

result<std::string> write(const value& v) {
  std::string out;
  if (auto done = append(v, out); !done)
    return fail(std::move(done.error()));
  return out;
}

} // namespace copal::json
