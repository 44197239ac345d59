#include "adapters/engine/json_reader.hpp"

#include <algorithm>
#include <utility>

#include <nlohmann/json.hpp>

namespace copal::engine_wire {

namespace {

/// Where a quoted text ends that begins here; the last byte when it does not end.
std::size_t end_of_text(std::string_view json, std::size_t begin) {
  for (auto i = begin + 1; i < json.size(); ++i) {
    if (json[i] == '"')
      return i;
    if (json[i] == '\\')
      ++i;
  }
  return json.size() - 1;
}

/// Whether a text would grow beyond the bounds, found without building the tree. Text that is not
/// JSON is the parser's to refuse.
std::optional<error> beyond(std::string_view text, const json_bounds& bounds) {
  std::size_t depth = 0;
  std::size_t items = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '"')
      i = end_of_text(text, i);
    else if (c == '[' || c == '{')
      ++depth, ++items;
    else if (c == ']' || c == '}')
      depth -= depth > 0 ? 1 : 0;
    else if (c == ',')
      ++items;
    if (depth > bounds.depth)
      return error{errc::exhausted,
        "JSON nested deeper than " + std::to_string(bounds.depth) + " levels at byte "
          + std::to_string(i)};
    if (items > bounds.items)
      return error{
        errc::exhausted, "JSON with more than " + std::to_string(bounds.items) + " values"};
  }
  return std::nullopt;
}

/// The path of the value at that address, like `/HostConfig/Binds/0`. Only needed for errors.
bool find_path(const json& here, const json& wanted, std::string& path) {
  if (&here == &wanted)
    return true;
  if (!here.is_structured())
    return false;
  const auto length = path.size();
  std::size_t index = 0;
  for (auto it = here.begin(); it != here.end(); ++it, ++index) {
    path += '/';
    path += here.is_object() ? it.key() : std::to_string(index);
    if (find_path(*it, wanted, path))
      return true;
    path.resize(length);
  }
  return false;
}

std::string_view kind_of(const json& x) {
  switch (x.type()) {
    case json::value_t::null:
      return "null";
    case json::value_t::boolean:
      return "a boolean";
    case json::value_t::number_integer:
    case json::value_t::number_unsigned:
      return "an integer";
    case json::value_t::number_float:
      return "a fraction";
    case json::value_t::string:
      return "a text";
    case json::value_t::array:
      return "a list";
    case json::value_t::object:
      return "a map";
    default:
      return "something unknown";
  }
}

std::string path_in(const json& document, const json& at) {
  std::string path;
  find_path(document, at, path);
  return path.empty() ? "the document" : path;
}

} // namespace

result<json> parse_json(std::string_view text, const json_bounds& bounds) {
  if (auto why = beyond(text, bounds))
    return fail(std::move(*why));
  try {
    return json::parse(text);
  } catch (const json::parse_error& e) {
    return fail(errc::corrupt, "not JSON: malformed at byte " + std::to_string(e.byte));
  } catch (const json::exception&) {
    return fail(errc::corrupt, "not JSON: a number is out of range");
  }
}

json_node json_reader::root() {
  return {*this, &document_, nullptr, {}};
}

void json_reader::complain(const json& at, std::string_view expected) {
  if (first_)
    return;
  first_ = error{errc::corrupt,
    path_in(document_, at) + " is " + std::string{kind_of(at)} + ", expected "
      + std::string{expected}};
}

void json_reader::miss(const json& holder, std::string_view key) {
  if (first_)
    return;
  first_ = error{
    errc::corrupt, path_in(document_, holder) + " lacks the member '" + std::string{key} + '\''};
}

bool json_node::absent() const {
  return at_ == nullptr || at_->is_null();
}

json_node json_node::operator[](std::string_view member) const {
  if (absent())
    return {*reader_, nullptr, nullptr, member};
  if (!at_->is_object()) {
    reader_->complain(*at_, "a map");
    return {*reader_, nullptr, nullptr, member};
  }
  const auto found = at_->find(std::string{member});
  return {*reader_, found == at_->end() ? nullptr : &*found, at_, member};
}

json_node json_node::required() const {
  if (absent()) {
    if (holder_ != nullptr)
      reader_->miss(*holder_, key_);
    else
      reader_->miss(at_ != nullptr ? *at_ : *reader_->root().at_, key_);
  }
  return *this;
}

std::string json_node::text() const {
  if (absent())
    return {};
  if (const auto* x = at_->get_ptr<const json::string_t*>())
    return *x;
  reader_->complain(*at_, "a text");
  return {};
}

bool json_node::boolean(bool otherwise) const {
  if (absent())
    return otherwise;
  if (const auto* x = at_->get_ptr<const json::boolean_t*>())
    return *x;
  reader_->complain(*at_, "a boolean");
  return otherwise;
}

std::int64_t json_node::integer(std::int64_t otherwise, std::int64_t low, std::int64_t high) const {
  if (absent())
    return otherwise;
  if (!at_->is_number_integer()) {
    reader_->complain(*at_, "an integer");
    return otherwise;
  }
  const bool too_large = at_->is_number_unsigned()
                         && at_->get<std::uint64_t>() > static_cast<std::uint64_t>(
                              std::numeric_limits<std::int64_t>::max());
  const auto x = too_large ? 0 : at_->get<std::int64_t>();
  if (too_large || x < low || x > high) {
    reader_->complain(
      *at_, "an integer from " + std::to_string(low) + " to " + std::to_string(high));
    return otherwise;
  }
  return x;
}

std::vector<json_node> json_node::items() const {
  std::vector<json_node> out;
  if (absent())
    return out;
  if (!at_->is_array()) {
    reader_->complain(*at_, "a list");
    return out;
  }
  out.reserve(at_->size());
  for (const auto& x : *at_)
    out.emplace_back(*reader_, &x, at_, std::string_view{});
  return out;
}

std::vector<std::pair<std::string, json_node>> json_node::members() const {
  std::vector<std::pair<std::string, json_node>> out;
  if (absent())
    return out;
  if (!at_->is_object()) {
    reader_->complain(*at_, "a map");
    return out;
  }
  for (auto it = at_->begin(); it != at_->end(); ++it)
    out.emplace_back(it.key(), json_node{*reader_, &*it, at_, std::string_view{}});
  return out;
}

std::vector<std::string> json_node::texts() const {
  std::vector<std::string> out;
  for (const auto& x : items())
    out.push_back(x.text());
  return out;
}

std::map<std::string, std::string> json_node::text_map() const {
  std::map<std::string, std::string> out;
  for (const auto& [key, x] : members())
    out.emplace(key, x.text());
  return out;
}

void json_node::reject(std::string_view expected) const {
  if (at_ != nullptr)
    reader_->complain(*at_, expected);
}

} // namespace copal::engine_wire
